// Passes the rest of the work on: to the function itself, known in two ways, or to another one.
const { InvokeCommand, LambdaClient } = require("@aws-sdk/client-lambda");

const functions = new LambdaClient({});

const restOf = (event) => JSON.stringify({ page: event.page, items: event.items });

exports.again = async (event, context) => {
  await functions.send(
    new InvokeCommand({
      FunctionName: context.functionName,
      InvocationType: "Event",
      Payload: restOf(event),
    }),
  );
};

exports.named = async (event) => {
  const ownName = process.env.AWS_LAMBDA_FUNCTION_NAME;
  await functions.send(
    new InvokeCommand({ FunctionName: ownName, InvocationType: "Event", Payload: restOf(event) }),
  );
};

exports.forward = async (event) => {
  await functions.send(
    new InvokeCommand({
      FunctionName: process.env.NEXT,
      InvocationType: "Event",
      Payload: restOf(event),
    }),
  );
};

exports.other = async (event) => event.items.length;
