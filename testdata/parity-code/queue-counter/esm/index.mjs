// Adds up orders. A message may be delivered twice: one handler counts it again, the other does not.
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";

const TABLE = process.env.TABLE ?? "orders";
const dynamodb = new DynamoDBClient({});

async function each(event, work) {
  const failed = [];
  for (const record of event.Records) {
    try {
      await work(record, JSON.parse(record.body));
    } catch {
      failed.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures: failed };
}

async function add(record, order) {
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: { id: { S: order.shop } },
      UpdateExpression: "ADD orders :one",
      ExpressionAttributeValues: { ":one": { N: "1" } },
    }),
  );
}

async function addOnce(record, order) {
  try {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: { id: { S: order.shop } },
        UpdateExpression: "ADD orders :one, seen :message",
        ConditionExpression: "NOT contains(seen, :id)",
        ExpressionAttributeValues: {
          ":one": { N: "1" },
          ":message": { SS: [record.messageId] },
          ":id": { S: record.messageId },
        },
      }),
    );
  } catch (error) {
    if (error.name !== "ConditionalCheckFailedException") throw error;
    console.log("counted before:", record.messageId);
  }
}

export const count = async (event) => each(event, add);

export const once = async (event) => each(event, addOnce);
