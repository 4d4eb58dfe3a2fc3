// Wrappers that give a handler its client.
const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");

const shared = new DynamoDBClient({});

function withClient(handler) {
  return async (event) => {
    const client = new DynamoDBClient({});
    return handler(event, client);
  };
}

function withSharedClient(handler) {
  return async (event) => handler(event, shared);
}

exports.withClient = withClient;

exports.withSharedClient = withSharedClient;
