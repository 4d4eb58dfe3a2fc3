// Wrappers that give a handler its client.
import { DynamoDBClient, type AttributeValue } from "@aws-sdk/client-dynamodb";

export interface Request {
  id: string;
}

export type Answer = Record<string, AttributeValue> | undefined;
export type Inner = (event: Request, client: DynamoDBClient) => Promise<Answer>;
export type Outer = (event: Request) => Promise<Answer>;

const shared = new DynamoDBClient({});

export function withClient(handler: Inner): Outer {
  return async (event: Request) => {
    const client = new DynamoDBClient({});
    return handler(event, client);
  };
}

export function withSharedClient(handler: Inner): Outer {
  return async (event: Request) => handler(event, shared);
}
