# frozen_string_literal: true

require "aws-sdk-dynamodb"
require "aws-sdk-s3"
require "aws-sdk-sqs"

$table = Aws::DynamoDB::Resource.new.table(ENV.fetch("TABLE", ""))
$database = Aws::DynamoDB::Client.new
$files = Aws::S3::Resource.new
$queue = Aws::SQS::Client.new
$queues = Aws::SQS::Resource.new

def writer(event:, context:)
  $table.put_item(item: { "id" => event["id"] })
end

def reader(event:, context:)
  params = { table_name: ENV.fetch("TABLE"), key: { "id" => event["id"] } }
  $database.get_item(params).item
end

def uploader(event:, context:)
  $files.bucket(ENV["BUCKET"]).object(event["key"]).put(body: "")
end

def sender(event:, context:)
  entries = [{ id: "1", message_body: event["id"] }]
  $queue.send_message_batch(queue_url: ENV.fetch("QUEUE"), entries: entries)
end

def purger(event:, context:)
  $queues.queue(ENV.fetch("QUEUE")).purge
end
