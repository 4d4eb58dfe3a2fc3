import { App, DefaultStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';

const app = new App({
  analyticsReporting: false,
  defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});
const stack = new Stack(app, 'App');
const python = { runtime: new lambda.Runtime('python3.14', lambda.RuntimeFamily.PYTHON), code: lambda.Code.fromAsset('src') };
const jobs = new sqs.Queue(stack, 'Jobs', { visibilityTimeout: Duration.seconds(30) });
const worker = new lambda.Function(stack, 'Worker', {
  ...python,
  handler: 'app.handler',
  timeout: Duration.seconds(60),
});
worker.addEventSource(new sources.SqsEventSource(jobs, { batchSize: 5 }));
