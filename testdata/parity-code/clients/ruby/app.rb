# frozen_string_literal: true

# The same read with a client per invocation, per environment, and on first use.

require "aws-sdk-dynamodb"

TABLE = ENV.fetch("TABLE")
SHARED = Aws::DynamoDB::Client.new

def read(client, item)
  client.get_item(table_name: TABLE, key: { "id" => item }).item
end

def client_on_first_use
  @client_on_first_use ||= begin
    options = { max_attempts: 2 }
    Aws::DynamoDB::Client.new(retry_limit: options[:max_attempts])
  end
end

def cold(event:, context:)
  client = Aws::DynamoDB::Client.new
  read(client, event["id"])
end

def warm(event:, context:)
  read(SHARED, event["id"])
end

def memo(event:, context:)
  read(client_on_first_use, event["id"])
end
