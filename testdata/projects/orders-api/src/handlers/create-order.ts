import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";
import { currency } from "@lib/config";
import { put } from "@lib/table";

const sqs = new SQSClient({});

export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> => {
  const order = JSON.parse(event.body ?? "{}");
  await put(order);
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: process.env.PAYMENTS_URL,
      MessageBody: JSON.stringify({ id: order.id, currency: await currency() }),
    }),
  );
  return { statusCode: 201, body: JSON.stringify({ id: order.id }) };
};
