// Handlers behind a wrapper of the project that hands them a client.
import { GetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { withClient, withSharedClient, type Answer, type Request } from "./wrap";

const TABLE = process.env.TABLE!;
const STAGE = process.env.STAGE ?? "test";

async function find(event: Request, client: DynamoDBClient): Promise<Answer> {
  const answer = await client.send(
    new GetItemCommand({ TableName: TABLE, Key: { id: { S: `${STAGE}/${event.id}` } } }),
  );
  return answer.Item;
}

export const wrapped = withClient(async (event, client) => find(event, client));

export const plain = withSharedClient(async (event, client) => find(event, client));
