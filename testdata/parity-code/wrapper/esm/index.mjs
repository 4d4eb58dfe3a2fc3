// Handlers behind a wrapper of the project that hands them a client.
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { withClient, withSharedClient } from "./wrap.mjs";

const { TABLE, STAGE = "test" } = process.env;

async function find(event, client) {
  const answer = await client.send(
    new GetItemCommand({ TableName: TABLE, Key: { id: { S: `${STAGE}/${event.id}` } } }),
  );
  return answer.Item;
}

export const wrapped = withClient(async (event, client) => find(event, client));

export const plain = withSharedClient(async (event, client) => find(event, client));
