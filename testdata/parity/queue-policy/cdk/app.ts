import { App, Aws, DefaultStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';

const app = new App({
  analyticsReporting: false,
  defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});
const stack = new Stack(app, 'App');
const python = { runtime: new lambda.Runtime('python3.14', lambda.RuntimeFamily.PYTHON), code: lambda.Code.fromAsset('src') };
const managed = (name: string) => iam.ManagedPolicy.fromAwsManagedPolicyName(name);
const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');
const role = new iam.Role(stack, 'Role', {
  assumedBy,
  managedPolicies: [managed('service-role/AWSLambdaSQSQueueExecutionRole')],
});
const worker = new lambda.Function(stack, 'Worker', {
  ...python,
  handler: 'app.handler',
  role,
  timeout: Duration.seconds(60),
});
const jobs = new sqs.Queue(stack, 'Jobs', { visibilityTimeout: Duration.seconds(360) });
new lambda.EventSourceMapping(stack, 'Mapping', { target: worker, eventSourceArn: jobs.queueArn });
const removed = new sns.Topic(stack, 'Removed');
const archive = new s3.Bucket(stack, 'Archive');
new s3.CfnBucket(stack, 'Uploads', {
  notificationConfiguration: {
    queueConfigurations: [{ event: 's3:ObjectCreated:*', queue: jobs.queueArn }],
    topicConfigurations: [{ event: 's3:ObjectRemoved:*', topic: removed.topicArn }],
  },
});
const s3Service = new iam.ServicePrincipal('s3.amazonaws.com');
removed.addToResourcePolicy(
  new iam.PolicyStatement({
    principals: [s3Service],
    actions: ['sns:Publish'],
    resources: [removed.topicArn],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  }),
);
jobs.addToResourcePolicy(
  new iam.PolicyStatement({
    principals: [s3Service],
    actions: ['sqs:SendMessage'],
    resources: [jobs.queueArn],
    conditions: { ArnLike: { 'aws:SourceArn': archive.bucketArn } },
  }),
);
worker.addPermission('Permission', { principal: new iam.ServicePrincipal('sns.amazonaws.com') });
