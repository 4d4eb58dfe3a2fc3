# frozen_string_literal: true

# Adds up orders. A message may be delivered twice: one handler counts it again, the other does not.

require "aws-sdk-dynamodb"
require "json"

TABLE = ENV.fetch("TABLE", "orders")

module Counter
  DYNAMODB = Aws::DynamoDB::Client.new

  def self.count(event:, context:)
    each(event) { |_record, order| add(order) }
  end

  def self.once(event:, context:)
    each(event) { |record, order| add_once(record, order) }
  end

  class << self
    private

    def each(event)
      failed = []
      event["Records"].each do |record|
        yield record, JSON.parse(record["body"])
      rescue StandardError => e
        warn "failed: #{e.message}"
        failed << { itemIdentifier: record["messageId"] }
      end
      { batchItemFailures: failed }
    end

    def add(order)
      DYNAMODB.update_item(
        table_name: TABLE,
        key: { id: order["shop"] },
        update_expression: "ADD orders :one",
        expression_attribute_values: { ":one" => 1 }
      )
    end

    def add_once(record, order)
      DYNAMODB.update_item(
        table_name: TABLE,
        key: { id: order["shop"] },
        update_expression: "ADD orders :one, seen :message",
        condition_expression: "NOT contains(seen, :id)",
        expression_attribute_values: {
          ":one" => 1,
          ":message" => Set.new([record["messageId"]]),
          ":id" => record["messageId"]
        }
      )
    rescue Aws::DynamoDB::Errors::ConditionalCheckFailedException
      puts "counted before: #{record["messageId"]}"
    end
  end
end
