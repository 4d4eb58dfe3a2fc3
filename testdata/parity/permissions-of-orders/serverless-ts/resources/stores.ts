const attribute = (name: string) => ({ AttributeName: name, AttributeType: "S" });
const hash = (name: string) => [{ AttributeName: name, KeyType: "HASH" }];

export const orders = {
  Type: "AWS::DynamoDB::Table",
  Properties: {
    TableName: "orders",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [attribute("id"), attribute("day")],
    KeySchema: hash("id"),
    GlobalSecondaryIndexes: [
      { IndexName: "by-day", KeySchema: hash("day"), Projection: { ProjectionType: "ALL" } },
    ],
  },
};

export const jobs = { Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: 180 } };
export const failed = { Type: "AWS::SNS::Topic" };
