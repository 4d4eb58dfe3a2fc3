import { App, DefaultStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';

const app = new App({
  analyticsReporting: false,
  defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});
const stack = new Stack(app, 'App');
const python = { runtime: new lambda.Runtime('python3.14', lambda.RuntimeFamily.PYTHON), code: lambda.Code.fromAsset('src') };
const managed = (name: string) => iam.ManagedPolicy.fromAwsManagedPolicyName(name);
const basic = [managed('service-role/AWSLambdaBasicExecutionRole')];
const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');
const pictures = new s3.Bucket(stack, 'Pictures');
const role = new iam.Role(stack, 'Role', {
  assumedBy,
  managedPolicies: basic,
  inlinePolicies: {
    work: new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [pictures.arnForObjects('*')] }),
        new iam.PolicyStatement({ actions: ['s3:GetObject', 's3:GetObjectTagging'], resources: [pictures.bucketArn] }),
      ],
    }),
  },
});
new lambda.Function(stack, 'Worker', { ...python, handler: 'app.handler', role, timeout: Duration.seconds(30) });
