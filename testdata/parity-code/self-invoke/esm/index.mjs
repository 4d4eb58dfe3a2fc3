// Passes the rest of the work on: to the function itself, known in two ways, or to another one.
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const functions = new LambdaClient({});

const restOf = (event) => JSON.stringify({ page: event.page, items: event.items });

export const again = async (event, context) => {
  await functions.send(
    new InvokeCommand({
      FunctionName: context.functionName,
      InvocationType: "Event",
      Payload: restOf(event),
    }),
  );
};

export const named = async (event) => {
  const ownName = process.env.AWS_LAMBDA_FUNCTION_NAME;
  await functions.send(
    new InvokeCommand({ FunctionName: ownName, InvocationType: "Event", Payload: restOf(event) }),
  );
};

export const forward = async (event) => {
  await functions.send(
    new InvokeCommand({
      FunctionName: process.env.NEXT,
      InvocationType: "Event",
      Payload: restOf(event),
    }),
  );
};

export const other = async (event) => event.items.length;
