import { App, CfnParameter, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import * as efs from 'aws-cdk-lib/aws-efs';
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
const subnet = new CfnParameter(stack, 'SubnetId', { type: 'AWS::EC2::Subnet::Id' });
const securityGroup = new CfnParameter(stack, 'SecurityGroupId', { type: 'AWS::EC2::SecurityGroup::Id' });
const files = new efs.CfnFileSystem(stack, 'Files', {
  fileSystemPolicy: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'elasticfilesystem:ClientMount' }],
  },
});
const target = new efs.CfnMountTarget(stack, 'Target', {
  fileSystemId: files.ref,
  subnetId: subnet.valueAsString,
  securityGroups: [securityGroup.valueAsString],
});
const point = new efs.CfnAccessPoint(stack, 'Point', { fileSystemId: files.ref });
const jobs = new sqs.Queue(stack, 'Jobs');
const role = new iam.Role(stack, 'Role', {
  assumedBy,
  managedPolicies: [managed('service-role/AWSLambdaVPCAccessExecutionRole')],
});
role.addToPolicy(new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [jobs.queueArn] }));
for (const [id, handler, environment] of [
  ['Reader', 'reader.handler', {}],
  ['Writer', 'writer.handler', { JOBS_URL: jobs.queueUrl }],
] as const) {
  const fn = new lambda.Function(stack, id, { ...python, handler, role, environment });
  const cfn = fn.node.defaultChild as lambda.CfnFunction;
  cfn.vpcConfig = { subnetIds: [subnet.valueAsString], securityGroupIds: [securityGroup.valueAsString] };
  cfn.fileSystemConfigs = [{ arn: point.attrArn, localMountPath: '/mnt/data' }];
  cfn.addDependency(target);
}
