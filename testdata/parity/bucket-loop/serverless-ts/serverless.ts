import type { AWS } from "@serverless/typescript";

const bucket = { "Fn::Sub": "${AWS::StackName}-pictures" };

export default {
  service: "bucket-loop",
  frameworkVersion: "3",
  provider: {
    name: "aws",
    runtime: "python3.14",
    iam: {
      role: {
        statements: [
          { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::*/*" },
        ],
      },
    },
  },
  functions: {
    Worker: {
      handler: "src/app.handler",
      timeout: 30,
      environment: { BUCKET: bucket },
      events: [{ s3: { bucket: { Ref: "Pictures" } as any, existing: true } }],
    },
  },
  resources: {
    Resources: {
      Pictures: { Type: "AWS::S3::Bucket", Properties: { BucketName: bucket } },
    },
  },
} satisfies AWS;
