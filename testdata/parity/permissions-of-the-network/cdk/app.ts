import { App, Aws, CfnCondition, CfnParameter, DefaultStackSynthesizer, Fn, Stack } from 'aws-cdk-lib';
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
const stage = new CfnParameter(stack, 'Stage', { default: 'dev', allowedValues: ['dev', 'prod'] });
const isProd = new CfnCondition(stack, 'IsProd', { expression: Fn.conditionEquals(stage.valueAsString, 'prod') });
const vpc = {
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
  securityGroupIds: ['sg-0123456789abcdef0'],
};
const make = (id: string, role: iam.Role, vpcConfig?: lambda.CfnFunction['vpcConfig']) => {
  const fn = new lambda.Function(stack, id, { ...python, handler: 'app.handler', role });
  const cfn = fn.node.defaultChild as lambda.CfnFunction;
  cfn.tracingConfig = { mode: 'Active' };
  cfn.vpcConfig = vpcConfig;
};
make('Plain', new iam.Role(stack, 'PlainRole', { assumedBy, managedPolicies: basic }), vpc);
const fullRole = new iam.Role(stack, 'FullRole', { assumedBy, managedPolicies: basic });
fullRole.addToPolicy(new iam.PolicyStatement({ actions: ['xray:Put*'], resources: ['*'] }));
(fullRole.node.defaultChild as iam.CfnRole).addPropertyOverride('ManagedPolicyArns.1', {
  'Fn::If': [
    'IsProd',
    'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole',
    { Ref: 'AWS::NoValue' },
  ],
});
const inProd = Fn.conditionIf(isProd.logicalId, {
  SubnetIds: vpc.subnetIds,
  SecurityGroupIds: vpc.securityGroupIds,
}, Aws.NO_VALUE);
make('Full', fullRole, inProd);
make('Silent', new iam.Role(stack, 'SilentRole', { assumedBy, managedPolicies: [managed('AWSXRayDaemonWriteAccess')] }));
const oddRole = new iam.Role(stack, 'OddRole', { assumedBy });
oddRole.addToPolicy(
  new iam.PolicyStatement({ actions: ['logs:Create*', 'logs:Put*', 'xray:Put*'], resources: ['*'] }),
);
oddRole.addToPolicy(
  new iam.PolicyStatement({ actions: ['ec2:*NetworkInterface*', 'ec2:Describe*'], resources: ['*'] }),
);
make('Odd', oddRole, vpc);
