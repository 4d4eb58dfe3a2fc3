const logs = "policy/service-role/AWSLambdaBasicExecutionRole";
const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const version = "2012-10-17";
const partition = { Ref: "AWS::Partition" };

export const policies = {
  // The table but not its index; the queue without its attributes; the topic of failures not at all.
  StoreRole: {
    Type: "AWS::IAM::Role",
    Properties: { AssumeRolePolicyDocument: trust, ManagedPolicyArns: [`arn:aws:iam::aws:${logs}`] },
  },
  StorePolicy: {
    Type: "AWS::IAM::Policy",
    Properties: {
      PolicyName: "store",
      Roles: [{ Ref: "StoreRole" }],
      PolicyDocument: {
        Version: version,
        Statement: [
          {
            Effect: "Allow",
            Action: ["dynamodb:Query", "dynamodb:PutItem"],
            Resource: {
              "Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}",
            },
          },
          {
            Effect: "Allow",
            Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
            Resource: { "Fn::GetAtt": ["Jobs", "Arn"] },
          },
        ],
      },
    },
  },
  // Everything the report needs, by other spellings.
  ReportRole: {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: trust,
      ManagedPolicyArns: [{ "Fn::Sub": `arn:\${AWS::Partition}:iam::aws:${logs}` }, { Ref: "ReportPolicy" }],
    },
  },
  ReportPolicy: {
    Type: "AWS::IAM::ManagedPolicy",
    Properties: {
      PolicyDocument: {
        Version: version,
        Statement: [
          {
            Effect: "Allow",
            Action: "DynamoDB:Qu*",
            Resource: [
              "arn:aws:dynamodb:*:*:table/orders",
              { "Fn::Join": ["/", [{ "Fn::GetAtt": ["Orders", "Arn"] }, "index", "*"]] },
            ],
          },
          { Effect: "Allow", Action: "sns:Publish", Resource: { Ref: "Failed" } },
          {
            Effect: "Allow",
            Action: "sqs:*Message*",
            Resource: {
              "Fn::Join": [
                ":",
                ["arn", partition, "sqs", { Ref: "AWS::Region" }, { Ref: "AWS::AccountId" }, { "Fn::GetAtt": ["Jobs", "QueueName"] }],
              ],
            },
          },
        ],
      },
    },
  },
};
