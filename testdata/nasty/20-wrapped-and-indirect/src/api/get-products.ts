import middy from "@middy/core";

const lambdaHandler = async (event: { id: string }) => {
  return process.env.TABLE_OF_PRODUCTS!.length;
};

const handler = middy(lambdaHandler);

export { handler };
