# frozen_string_literal: true

# An object that holds a client, made per invocation and per environment.

require_relative "store"

class App
  HELD = Store.new

  def self.fresh(event:, context:)
    store = Store.new
    store.get(event["id"])
  end

  def self.held(event:, context:)
    HELD.get(event["id"])
  end
end
