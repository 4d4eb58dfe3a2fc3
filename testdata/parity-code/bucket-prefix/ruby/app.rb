# frozen_string_literal: true

# Stores the size of each uploaded object beside it: where the upload is watched for, or elsewhere.

require "aws-sdk-s3"
require "cgi"

S3 = Aws::S3::Client.new

def store_sizes(event, folder)
  event["Records"].each do |record|
    bucket = record["s3"]["bucket"]["name"]
    key = CGI.unescape(record.dig("s3", "object", "key"))
    size = S3.get_object(bucket: bucket, key: key).content_length
    S3.put_object(bucket: bucket, key: "#{folder}/#{key}.size", body: size.to_s)
  end
end

def echo(event:, context:)
  store_sizes(event, "incoming")
end

def sort(event:, context:)
  store_sizes(event, "sizes")
end
