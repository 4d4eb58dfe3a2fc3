import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

export const handler = async (event: { id: string }) => {
  const client = new SQSClient({}); // ~ init-inside-handler
  await client.send(new SendMessageCommand({ QueueUrl: process.env.JOBS, MessageBody: event.id }));
};
