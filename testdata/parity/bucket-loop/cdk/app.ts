import { App, Aws, DefaultStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3n from 'aws-cdk-lib/aws-s3-notifications';

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
      statements: [new iam.PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: ['arn:aws:s3:::*/*'] })],
    }),
  },
});
const pictures = new s3.Bucket(stack, 'Pictures', { bucketName: `${Aws.STACK_NAME}-pictures` });
const worker = new lambda.Function(stack, 'Worker', {
  ...python,
  handler: 'app.handler',
  role,
  timeout: Duration.seconds(30),
  environment: { BUCKET: `${Aws.STACK_NAME}-pictures` },
});
pictures.addEventNotification(s3.EventType.OBJECT_CREATED, new s3n.LambdaDestination(worker));
