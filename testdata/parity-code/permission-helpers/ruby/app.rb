# frozen_string_literal: true

require "aws-sdk-dynamodb"
require "aws-sdk-lambda"
require_relative "lib/store"

FUNCTIONS = Aws::Lambda::Client.new
DATABASE = Aws::DynamoDB::Client.new

def by_day(event:, context:)
  Store.new(DATABASE).by_day(event["day"])
end

def by_id(event:, context:)
  Store.new(DATABASE).by_id(event["id"])
end

def everything(event:, context:)
  Store.new(DATABASE).pages.flat_map(&:items)
end

def call(name, payload)
  FUNCTIONS.invoke(function_name: name, payload: payload)
end

def caller(event:, context:)
  call(ENV.fetch("OTHER"), "{}")
end

def trusted(event:, context:)
  call(ENV.fetch("OTHER"), "{}")
end
