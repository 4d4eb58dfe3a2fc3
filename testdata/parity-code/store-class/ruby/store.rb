# frozen_string_literal: true

require "aws-sdk-dynamodb"

# Items by their id.
class Store
  def initialize
    @client = Aws::DynamoDB::Client.new
    @table = ENV.fetch("TABLE")
  end

  def get(item)
    answer = @client.get_item(table_name: @table, key: { "id" => item })
    answer.item
  end
end
