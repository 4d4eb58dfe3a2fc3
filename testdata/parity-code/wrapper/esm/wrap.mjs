// Wrappers that give a handler its client.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

const shared = new DynamoDBClient({});

export function withClient(handler) {
  return async (event) => {
    const client = new DynamoDBClient({});
    return handler(event, client);
  };
}

export function withSharedClient(handler) {
  return async (event) => handler(event, shared);
}
