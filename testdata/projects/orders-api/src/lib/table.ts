import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";

export interface Order {
  id: string;
  customer: string;
  cents: number;
}

const name = process.env.ORDERS_TABLE!;

function connect(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 5 })); // ~ init-inside-handler
}

export async function put(order: Order): Promise<void> {
  // The id comes with the request, so a second try changes nothing.
  await connect().send(
    new PutCommand({ TableName: name, Item: order, ConditionExpression: "attribute_not_exists(id)" }),
  );
}

export async function get(id: string): Promise<Order | undefined> {
  const found = await connect().send(new GetCommand({ TableName: name, Key: { id } }));
  return found.Item as Order | undefined;
}
