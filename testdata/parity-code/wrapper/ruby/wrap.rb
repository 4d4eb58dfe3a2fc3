# frozen_string_literal: true

require "aws-sdk-dynamodb"

# Blocks that are given a client.
module Wrap
  module_function

  SHARED = Aws::DynamoDB::Client.new

  def with_client
    yield Aws::DynamoDB::Client.new
  end

  def with_shared_client(&block)
    block.call(SHARED)
  end
end
