// Passes the rest of the work on: to the function itself, known in two ways, or to another one.
const { InvokeCommand, LambdaClient } = require("@aws-sdk/client-lambda");

const functions = new LambdaClient({});

async function passOn(target, event) {
  const rest = JSON.stringify({ page: event.page, items: event.items });
  await functions.send(new InvokeCommand({ FunctionName: target, InvocationType: "Event", Payload: rest }));
}

exports.again = async (event, context) => {
  await passOn(context.functionName, event);
};

exports.named = async (event) => {
  await passOn(process.env.AWS_LAMBDA_FUNCTION_NAME, event);
};

exports.forward = async (event) => {
  await passOn(process.env.NEXT, event);
};

exports.other = async (event) => event.items.length;
