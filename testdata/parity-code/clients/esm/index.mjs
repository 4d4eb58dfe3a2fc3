// The same read with a client per invocation, per environment, and on first use.
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const TABLE = process.env.TABLE;
const shared = new DynamoDBClient({});
let kept;

async function read(client, item) {
  const answer = await client.send(new GetItemCommand({ TableName: TABLE, Key: { id: { S: item } } }));
  return answer.Item;
}

function clientOnFirstUse() {
  kept ??= new DynamoDBClient({});
  return kept;
}

export const cold = async (event) => {
  const client = new DynamoDBClient({});
  return read(client, event.id);
};

export const warm = async (event) => read(shared, event.id);

export const memo = async (event) => read(clientOnFirstUse(), event.id);
