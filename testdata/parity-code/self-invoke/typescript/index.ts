// Passes the rest of the work on: to the function itself, known in two ways, or to another one.
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Context } from "aws-lambda";

interface Work {
  page: number;
  items: string[];
}

const functions = new LambdaClient({});

const restOf = (event: Work): string => JSON.stringify({ page: event.page, items: event.items });

export const again = async (event: Work, context: Context): Promise<void> => {
  await functions.send(
    new InvokeCommand({
      FunctionName: context.functionName,
      InvocationType: "Event",
      Payload: restOf(event),
    }),
  );
};

export const named = async (event: Work): Promise<void> => {
  const ownName = process.env.AWS_LAMBDA_FUNCTION_NAME!;
  await functions.send(
    new InvokeCommand({ FunctionName: ownName, InvocationType: "Event", Payload: restOf(event) }),
  );
};

export const forward = async (event: Work): Promise<void> => {
  await functions.send(
    new InvokeCommand({
      FunctionName: process.env.NEXT as string,
      InvocationType: "Event",
      Payload: restOf(event),
    }),
  );
};

export const other = async (event: Work): Promise<number> => event.items.length;
