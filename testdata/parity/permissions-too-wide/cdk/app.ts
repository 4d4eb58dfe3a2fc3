import { App, Aws, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
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
const jobs = new sqs.Queue(stack, 'Jobs');
const document = (...statements: iam.PolicyStatementProps[]) => ({
  own: new iam.PolicyDocument({ statements: statements.map((s) => new iam.PolicyStatement(s)) }),
});
const wideRole = new iam.Role(stack, 'WideRole', {
  assumedBy,
  managedPolicies: basic,
  inlinePolicies: document(
    { actions: ['dynamodb:GetItem', 'sqs:*'], resources: ['*'] },
    {
      actions: ['lambda:Invoke'],
      resources: [`arn:aws:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:other`],
    },
  ),
});
const narrowRole = new iam.Role(stack, 'NarrowRole', {
  assumedBy,
  managedPolicies: basic,
  inlinePolicies: document(
    { sid: 'Own', actions: ['sqs:*'], resources: [jobs.queueArn] },
    { sid: 'NoDeletion', effect: iam.Effect.DENY, actions: ['dynamodb:Delete*'], resources: ['*'] },
    { sid: 'Describe', actions: ['ec2:DescribeInstances'], resources: ['*'] },
    {
      sid: 'Home',
      actions: ['s3:*'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID } },
    },
  ),
});
const environment = { QUEUE: jobs.queueUrl };
new lambda.Function(stack, 'Wide', { ...python, handler: 'wide.handler', role: wideRole, environment });
new lambda.Function(stack, 'Narrow', { ...python, handler: 'narrow.handler', role: narrowRole, environment });
