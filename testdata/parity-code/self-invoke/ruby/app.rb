# frozen_string_literal: true

# Passes the rest of the work on: to the function itself, known in two ways, or to another one.

require "aws-sdk-lambda"
require "json"

FUNCTIONS = Aws::Lambda::Client.new

def rest_of(event)
  JSON.generate(page: event["page"], items: event["items"])
end

def again(event:, context:)
  FUNCTIONS.invoke(
    function_name: context.function_name,
    invocation_type: "Event",
    payload: rest_of(event)
  )
end

def named(event:, context:)
  own_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
  FUNCTIONS.invoke({ function_name: own_name, invocation_type: "Event", payload: rest_of(event) })
end

def forward(event:, context:)
  FUNCTIONS.invoke(function_name: ENV["NEXT"], invocation_type: "Event", payload: rest_of(event))
end

def other(event:, context:)
  event["items"].length
end
