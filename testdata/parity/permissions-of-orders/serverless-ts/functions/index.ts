const common = { timeout: "${self:custom.timeout}", onError: { Ref: "Failed" } };

export const Store = {
  handler: "src/store.handler",
  role: "StoreRole",
  ...common,
  environment: { TABLE: { Ref: "Orders" } },
  events: [
    { sqs: { arn: { "Fn::GetAtt": ["Jobs", "Arn"] }, functionResponseType: "ReportBatchItemFailures" } },
  ],
};

export const Report = {
  handler: "src/report.handler",
  role: "ReportRole",
  ...common,
  environment: { TABLE: "orders", QUEUE: { Ref: "Jobs" } },
};
