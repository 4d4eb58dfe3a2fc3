// Passes the rest of the work on: to the function itself, known in two ways, or to another one.
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Context } from "aws-lambda";

interface Work {
  page: number;
  items: string[];
}

const functions = new LambdaClient({});

async function passOn(target: string, event: Work): Promise<void> {
  const rest = JSON.stringify({ page: event.page, items: event.items });
  await functions.send(new InvokeCommand({ FunctionName: target, InvocationType: "Event", Payload: rest }));
}

export const again = async (event: Work, context: Context): Promise<void> => {
  await passOn(context.functionName, event);
};

export const named = async (event: Work): Promise<void> => {
  await passOn(process.env.AWS_LAMBDA_FUNCTION_NAME!, event);
};

export const forward = async (event: Work): Promise<void> => {
  await passOn(process.env.NEXT as string, event);
};

export const other = async (event: Work): Promise<number> => event.items.length;
