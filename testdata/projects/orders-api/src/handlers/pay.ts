import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { SQSEvent } from "aws-lambda";

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = async (event: SQSEvent): Promise<void> => {
  for (const record of event.Records) {
    const { id, currency } = JSON.parse(record.body);
    await table.send( // ~ non-idempotent-handler
      new PutCommand({
        TableName: process.env.ORDERS_TABLE,
        Item: { id: randomUUID(), order: id, currency, kind: "payment" },
      }),
    );
  }
};
