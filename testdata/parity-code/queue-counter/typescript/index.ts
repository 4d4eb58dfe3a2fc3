// Adds up orders. A message may be delivered twice: one handler counts it again, the other does not.
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";

interface Order {
  shop: string;
}

type Work = (record: SQSRecord, order: Order) => Promise<void>;

const TABLE = process.env.TABLE ?? "orders";
const dynamodb = new DynamoDBClient({});

async function each(event: SQSEvent, work: Work): Promise<SQSBatchResponse> {
  const failed: SQSBatchItemFailure[] = [];
  for (const record of event.Records) {
    try {
      await work(record, JSON.parse(record.body) as Order);
    } catch (_error: unknown) {
      failed.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures: failed };
}

async function add(_record: SQSRecord, order: Order): Promise<void> {
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: { id: { S: order.shop } },
      UpdateExpression: "ADD orders :one",
      ExpressionAttributeValues: { ":one": { N: "1" } },
    }),
  );
}

async function addOnce(record: SQSRecord, order: Order): Promise<void> {
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
  } catch (error: unknown) {
    if ((error as Error).name !== "ConditionalCheckFailedException") throw error;
    console.log("counted before:", record.messageId);
  }
}

export const count = async (event: SQSEvent): Promise<SQSBatchResponse> => each(event, add);

export const once = async (event: SQSEvent): Promise<SQSBatchResponse> => each(event, addOnce);
