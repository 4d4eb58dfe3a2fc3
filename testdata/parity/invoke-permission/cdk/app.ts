import { App, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';

const app = new App({
  analyticsReporting: false,
  defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});
const stack = new Stack(app, 'App');
const python = { runtime: new lambda.Runtime('python3.14', lambda.RuntimeFamily.PYTHON), code: lambda.Code.fromAsset('src') };
const managed = (name: string) => iam.ManagedPolicy.fromAwsManagedPolicyName(name);
const basic = [managed('service-role/AWSLambdaBasicExecutionRole')];
const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');
const role = new iam.Role(stack, 'Role', { assumedBy, managedPolicies: basic });
const worker = new lambda.Function(stack, 'Worker', { ...python, handler: 'app.handler', role });
const orders = new sns.Topic(stack, 'Orders');
orders.addSubscription(new subscriptions.LambdaSubscription(worker));
new events.CfnRule(stack, 'Nightly', {
  scheduleExpression: 'rate(1 day)',
  targets: [{ id: 'worker', arn: worker.functionArn }],
});
