import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient({});

export const main = async (event: { body: string }) => {
  const order = JSON.parse(event.body);
  const key = { id: { S: order.id } };
  const TableName = process.env.ORDERS;
  const known = await dynamodb.send(new GetItemCommand({ TableName, Key: key })); // ~ missing-iam-permission
  if (!known.Item) {
    await dynamodb.send(new PutItemCommand({ TableName, Item: key }));
  }
  return { statusCode: known.Item ? 200 : 201, body: process.env.LEVEL };
};
