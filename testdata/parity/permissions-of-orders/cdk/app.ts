import { App, DefaultStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';

const app = new App({
  analyticsReporting: false,
  defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});
const stack = new Stack(app, 'App');
const python = { runtime: new lambda.Runtime('python3.14', lambda.RuntimeFamily.PYTHON), code: lambda.Code.fromAsset('src') };
const managed = (name: string) => iam.ManagedPolicy.fromAwsManagedPolicyName(name);
const basic = [managed('service-role/AWSLambdaBasicExecutionRole')];
const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');
const orders = new dynamodb.Table(stack, 'Orders', {
  tableName: 'orders',
  billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
  partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
});
orders.addGlobalSecondaryIndex({
  indexName: 'by-day',
  partitionKey: { name: 'day', type: dynamodb.AttributeType.STRING },
});
const jobs = new sqs.Queue(stack, 'Jobs', { visibilityTimeout: Duration.seconds(180) });
const failed = new sns.Topic(stack, 'Failed');
// The table but not its index; the queue without its attributes; the topic of failures not at all.
const storeRole = new iam.Role(stack, 'StoreRole', { assumedBy, managedPolicies: basic });
storeRole.addToPolicy(
  new iam.PolicyStatement({ actions: ['dynamodb:Query', 'dynamodb:PutItem'], resources: [orders.tableArn] }),
);
storeRole.addToPolicy(
  new iam.PolicyStatement({ actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], resources: [jobs.queueArn] }),
);
// Everything the report needs, as the framework grants it.
const reportRole = new iam.Role(stack, 'ReportRole', { assumedBy, managedPolicies: basic });
orders.grantReadData(reportRole);
failed.grantPublish(reportRole);
jobs.grantSendMessages(reportRole);
const functions: [string, iam.Role, string, Record<string, string>][] = [
  ['Store', storeRole, 'store.handler', { TABLE: orders.tableName }],
  ['Report', reportRole, 'report.handler', { TABLE: 'orders', QUEUE: jobs.queueUrl }],
];
const [store] = functions.map(([id, role, handler, environment]) => {
  const fn = new lambda.Function(stack, id, { ...python, handler, role, environment, timeout: Duration.seconds(30) });
  (fn.node.defaultChild as lambda.CfnFunction).deadLetterConfig = { targetArn: failed.topicArn };
  return fn;
});
new lambda.EventSourceMapping(stack, 'StoreJobs', {
  target: store,
  eventSourceArn: jobs.queueArn,
  reportBatchItemFailures: true,
});
