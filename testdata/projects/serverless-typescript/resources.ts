const orders = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  },
};

export default {
  Resources: {
    Orders: orders,
    Mails: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 60 } }, // ~ sqs-visibility-timeout
  },
};
