import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const lambda = new LambdaClient({});

interface Slice {
  after?: Record<string, string>;
}

export const handler = async (slice: Slice): Promise<void> => {
  const page = await table.send(
    new ScanCommand({ TableName: process.env.ORDERS_TABLE, Limit: 100, ExclusiveStartKey: slice.after }),
  );
  await lambda.send( // ~ recursive-invocation
    new InvokeCommand({
      FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      InvocationType: "Event",
      Payload: JSON.stringify({ after: page.LastEvaluatedKey }),
    }),
  );
};
