import type { AWS } from "@serverless/typescript";

const visible = 30;

const serverlessConfiguration: AWS = {
  service: "queue-timeout",
  frameworkVersion: "3",
  provider: { name: "aws", runtime: "python3.14" },
  functions: {
    Worker: {
      handler: "src/app.handler",
      timeout: visible * 2,
      events: [{ sqs: { arn: { "Fn::GetAtt": ["Jobs", "Arn"] }, batchSize: 5 } }],
    },
  },
  resources: {
    Resources: {
      Jobs: { Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: visible } },
    },
  },
};

module.exports = serverlessConfiguration;
