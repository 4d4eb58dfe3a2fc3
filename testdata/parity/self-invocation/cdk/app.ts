import { App, Aws, DefaultStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

const app = new App({
  analyticsReporting: false,
  defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});
const stack = new Stack(app, 'App');
const python = { runtime: new lambda.Runtime('python3.14', lambda.RuntimeFamily.PYTHON), code: lambda.Code.fromAsset('src') };
const managed = (name: string) => iam.ManagedPolicy.fromAwsManagedPolicyName(name);
const basic = [managed('service-role/AWSLambdaBasicExecutionRole')];
const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');
const role = new iam.Role(stack, 'Role', {
  assumedBy,
  managedPolicies: basic,
  inlinePolicies: {
    work: new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: ['arn:aws:lambda:*:*:function:*'] }),
      ],
    }),
  },
});
new lambda.Function(stack, 'Worker', {
  ...python,
  handler: 'app.handler',
  role,
  timeout: Duration.seconds(30),
  functionName: `${Aws.STACK_NAME}-worker`,
  environment: { NEXT: `${Aws.STACK_NAME}-worker` },
});
