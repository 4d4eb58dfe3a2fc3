# frozen_string_literal: true

# Items of the table.
class Store
  attr_reader :client, :table

  def initialize(client)
    @client = client
    @table = ENV.fetch("TABLE")
  end

  def by_day(day)
    query(index_name: "by-day", key_condition_expression: "#d = :d", expression_attribute_values: day)
  end

  def by_id(key)
    query(key_condition_expression: "id = :i", expression_attribute_values: key)
  end

  def pages
    client.scan(table_name: table)
  end

  private

  def query(**rest)
    client.query(table_name: table, **rest).items
  end
end
