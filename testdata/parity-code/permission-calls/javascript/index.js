const AWS = require("aws-sdk");

const table = new AWS.DynamoDB.DocumentClient();
const database = new AWS.DynamoDB();
const files = new AWS.S3();
const queue = new AWS.SQS();

exports.writer = async (event) => {
  await table.put({ TableName: process.env.TABLE, Item: { id: event.id } }).promise();
};

exports.reader = async (event) => {
  const key = { id: { S: event.id } };
  const found = await database.getItem({ TableName: process.env.TABLE, Key: key }).promise();
  return found.Item;
};

exports.uploader = async (event) => {
  await files.putObject({ Bucket: process.env.BUCKET, Key: event.key, Body: "" }).promise();
};

exports.sender = async (event) => {
  const entries = [{ Id: "1", MessageBody: event.id }];
  await queue.sendMessageBatch({ QueueUrl: process.env.QUEUE, Entries: entries }).promise();
};

exports.purger = async () => {
  await queue.purgeQueue({ QueueUrl: process.env.QUEUE }).promise();
};
