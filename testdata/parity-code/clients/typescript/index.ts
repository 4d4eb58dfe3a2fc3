// The same read with a client per invocation, per environment, and on first use.
import { DynamoDBClient, GetItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";

type Item = Record<string, AttributeValue> | undefined;

interface Request {
  id: string;
}

const TABLE = process.env.TABLE!;
const shared = new DynamoDBClient({});
let kept: DynamoDBClient | undefined;

async function read(client: DynamoDBClient, item: string): Promise<Item> {
  const answer = await client.send(new GetItemCommand({ TableName: TABLE, Key: { id: { S: item } } }));
  return answer.Item;
}

function clientOnFirstUse(): DynamoDBClient {
  if (!kept) {
    kept = new DynamoDBClient({});
  }
  return kept;
}

export const cold = async (event: Request): Promise<Item> => {
  const client = new DynamoDBClient({});
  return read(client, event.id);
};

export const warm = async (event: Request): Promise<Item> => read(shared, event.id);

export const memo = async (event: Request): Promise<Item> => read(clientOnFirstUse(), event.id);
