import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { S3 } from "@aws-sdk/client-s3";
import { SQS } from "@aws-sdk/client-sqs";
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";

const database: DynamoDB = new DynamoDB({});
const table = DynamoDBDocument.from(database);
const files = new S3({});
const queue = new SQS({});

export const writer = async (event: { id: string }): Promise<void> => {
  await table.put({ TableName: process.env.TABLE!, Item: { id: event.id } });
};

export const reader = async (event: { id: string }) => {
  const { Item } = await database.getItem({ TableName: process.env.TABLE!, Key: { id: { S: event.id } } });
  return Item;
};

export async function uploader(event: { key: string }): Promise<void> {
  await files.putObject({ Bucket: process.env.BUCKET as string, Key: event.key, Body: "" });
}

export const sender = async (event: { id: string }): Promise<void> => {
  const Entries = [{ Id: "1", MessageBody: event.id }];
  await queue.sendMessageBatch({ QueueUrl: process.env.QUEUE, Entries });
};

export const purger = async (): Promise<void> => {
  await queue.purgeQueue({ QueueUrl: process.env.QUEUE });
};
