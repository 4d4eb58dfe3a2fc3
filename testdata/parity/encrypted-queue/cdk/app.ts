import { App, DefaultStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
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
const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');
const root = new iam.PolicyStatement({
  principals: [new iam.AccountRootPrincipal()],
  actions: ['kms:*'],
  resources: ['*'],
});
const role = new iam.Role(stack, 'Role', {
  assumedBy,
  managedPolicies: [managed('service-role/AWSLambdaSQSQueueExecutionRole')],
});
const ofRole = new iam.PolicyStatement({
  principals: [role],
  actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
  resources: ['*'],
});
const queueKey = new kms.Key(stack, 'QueueKey', { policy: new iam.PolicyDocument({ statements: [root] }) });
const topicKey = new kms.Key(stack, 'TopicKey', { policy: new iam.PolicyDocument({ statements: [root, ofRole] }) });
const topicKeyName = topicKey.addAlias('results');
const jobs = new sqs.Queue(stack, 'Jobs', { visibilityTimeout: Duration.seconds(180), encryptionMasterKey: queueKey });
const results = new sns.Topic(stack, 'Results', { masterKey: topicKeyName });
role.addToPolicy(new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [results.topicArn] }));
const worker = new lambda.Function(stack, 'Worker', {
  ...python,
  handler: 'app.handler',
  role,
  timeout: Duration.seconds(30),
  environment: { TOPIC: results.topicArn },
});
new lambda.EventSourceMapping(stack, 'Mapping', { target: worker, eventSourceArn: jobs.queueArn, batchSize: 5 });
