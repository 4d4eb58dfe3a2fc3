# frozen_string_literal: true

# Handlers inside a block of the project that hands them a client.

require_relative "wrap"

TABLE = ENV.fetch("TABLE")
STAGE = ENV.fetch("STAGE") { "test" }

def find(event, client)
  client.get_item(table_name: TABLE, key: { "id" => "#{STAGE}/#{event["id"]}" })&.item
end

def wrapped(event:, context:)
  Wrap.with_client { |client| find(event, client) }
end

def plain(event:, context:)
  Wrap.with_shared_client do |client|
    find(event, client)
  end
end
