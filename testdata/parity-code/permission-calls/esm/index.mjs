import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PurgeQueueCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";

const database = new DynamoDBClient({});
const table = DynamoDBDocumentClient.from(database);
const files = new S3Client({});
const queue = new SQSClient({});

export const writer = async (event) => {
  await table.send(new PutCommand({ TableName: process.env.TABLE, Item: { id: event.id } }));
};

export const reader = async (event) => {
  const command = new GetItemCommand({ TableName: process.env.TABLE, Key: { id: { S: event.id } } });
  const { Item } = await database.send(command);
  return Item;
};

export const uploader = async (event) => {
  await files.send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key: event.key, Body: "" }));
};

export const sender = async (event) => {
  const Entries = [{ Id: "1", MessageBody: event.id }];
  await queue.send(new SendMessageBatchCommand({ QueueUrl: process.env.QUEUE, Entries }));
};

export const purger = async () => {
  await queue.send(new PurgeQueueCommand({ QueueUrl: process.env.QUEUE }));
};
