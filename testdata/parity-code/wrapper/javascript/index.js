// Handlers behind a wrapper of the project that hands them a client.
const { GetItemCommand } = require("@aws-sdk/client-dynamodb");
const { withClient, withSharedClient } = require("./wrap.js");

const { TABLE, STAGE = "test" } = process.env;

async function find(event, client) {
  const answer = await client.send(
    new GetItemCommand({ TableName: TABLE, Key: { id: { S: `${STAGE}/${event.id}` } } }),
  );
  return answer.Item;
}

exports.wrapped = withClient(async (event, client) => find(event, client));

exports.plain = withSharedClient(async (event, client) => find(event, client));
