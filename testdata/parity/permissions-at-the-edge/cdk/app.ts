import { App, Aws, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
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
const files = new s3.Bucket(stack, 'Files');
const wrongRole = new iam.Role(stack, 'WrongRole', {
  assumedBy: new iam.CompositePrincipal(
    new iam.ServicePrincipal('ec2.amazonaws.com'),
    new iam.ServicePrincipal('lambda.amazon.com'),
  ),
  managedPolicies: basic,
});
const rightRole = new iam.Role(stack, 'RightRole', {
  assumedBy: new iam.ServicePrincipal(`states.${Aws.REGION}.amazonaws.com`),
  managedPolicies: basic,
});
rightRole.assumeRolePolicy?.addStatements(
  new iam.PolicyStatement({
    principals: [
      new iam.AccountPrincipal(Aws.ACCOUNT_ID),
      new iam.AccountPrincipal('123456789012'),
      assumedBy,
      new iam.ServicePrincipal('edgelambda.amazonaws.com'),
    ],
    actions: ['sts:AssumeRole', 'sts:TagSession'],
  }),
);
const edgeRole = new iam.Role(stack, 'EdgeRole', { assumedBy, managedPolicies: basic });
new s3.CfnBucketPolicy(stack, 'FilesPolicy', {
  bucket: files.bucketName,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: `${files.bucketName}/*`,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  },
});
new lambda.Function(stack, 'Wrong', { ...python, handler: 'app.handler', role: wrongRole });
const request = new lambda.Function(stack, 'Request', { ...python, handler: 'app.handler', role: edgeRole });
const requestVersion = new lambda.CfnVersion(stack, 'RequestVersion', { functionName: request.functionName });
const response = new lambda.Function(stack, 'Response', { ...python, handler: 'app.handler', role: rightRole });
const responseVersion = new lambda.CfnVersion(stack, 'ResponseVersion', { functionName: response.functionName });
new cloudfront.CfnDistribution(stack, 'Site', {
  distributionConfig: {
    enabled: true,
    origins: [
      { id: 'site', domainName: 'site.example.com', customOriginConfig: { originProtocolPolicy: 'https-only' } },
    ],
    defaultCacheBehavior: {
      targetOriginId: 'site',
      viewerProtocolPolicy: 'https-only',
      cachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
      lambdaFunctionAssociations: [
        { eventType: 'viewer-request', lambdaFunctionArn: requestVersion.ref },
        { eventType: 'viewer-response', lambdaFunctionArn: responseVersion.ref },
      ],
    },
  },
});
