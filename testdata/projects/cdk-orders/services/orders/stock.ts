import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

export async function placed(order: { id: string }) {
  const TableName = process.env.STOCK!;
  return client.send(new GetItemCommand({ TableName, Key: { id: { S: order.id } } }));
}
