import { App, CfnCondition, CfnParameter, DefaultStackSynthesizer, Duration, Fn, Stack, Token } from 'aws-cdk-lib';
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
const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');
const stage = new CfnParameter(stack, 'Stage', { default: 'dev', allowedValues: ['dev', 'prod'] });
const long = new CfnParameter(stack, 'Long', { type: 'Number' });
const isProd = new CfnCondition(stack, 'IsProd', { expression: Fn.conditionEquals(stage.valueAsString, 'prod') });
const when = (prod: number, dev: number) => Token.asNumber(Fn.conditionIf(isProd.logicalId, prod, dev));
const role = new iam.Role(stack, 'Role', {
  assumedBy,
  managedPolicies: [managed('service-role/AWSLambdaSQSQueueExecutionRole')],
});
const jobs = new sqs.CfnQueue(stack, 'Jobs', { visibilityTimeout: when(600, 60) });
const worker = new lambda.Function(stack, 'Worker', { ...python, handler: 'app.handler', role });
(worker.node.defaultChild as lambda.CfnFunction).timeout = when(100, 10);
new lambda.EventSourceMapping(stack, 'Mapping', { target: worker, eventSourceArn: jobs.attrArn, batchSize: 5 });
const others = new sqs.CfnQueue(stack, 'Others', { visibilityTimeout: long.valueAsNumber });
const other = new lambda.Function(stack, 'Other', {
  ...python,
  handler: 'app.handler',
  role,
  timeout: Duration.seconds(60),
});
new lambda.EventSourceMapping(stack, 'OtherMapping', { target: other, eventSourceArn: others.attrArn, batchSize: 5 });
