import { App, DefaultStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';

const app = new App({
  analyticsReporting: false,
  defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});
const stack = new Stack(app, 'App');
const python = { runtime: new lambda.Runtime('python3.14', lambda.RuntimeFamily.PYTHON), code: lambda.Code.fromAsset('src') };
const jobs = new sqs.Queue(stack, 'Jobs', { visibilityTimeout: Duration.seconds(180) });
const counters = new dynamodb.Table(stack, 'Counters', {
  billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
  partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
});
const worker = new lambda.Function(stack, 'Worker', {
  ...python,
  handler: 'app.handler',
  timeout: Duration.seconds(30),
  environment: { COUNTERS: counters.tableName },
});
counters.grant(worker, 'dynamodb:UpdateItem');
worker.addEventSource(new sources.SqsEventSource(jobs, { batchSize: 5 }));
