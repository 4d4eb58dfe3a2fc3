import { CfnOutput, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LambdaDestination } from 'aws-cdk-lib/aws-s3-notifications';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import * as path from 'node:path';

/** Pictures that are made smaller, in an image. */
class Pictures extends NestedStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const bucket = new s3.Bucket(this, 'Bucket', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
    const resize = new lambda.DockerImageFunction(this, 'Resize', {
      code: lambda.DockerImageCode.fromImageAsset('services/resize'),
      environment: { BUCKET: bucket.bucketName },
    });
    bucket.grantReadWrite(resize);
    bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new LambdaDestination(resize));
  }
}

export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const jobs = new sqs.Queue(this, 'Jobs', { visibilityTimeout: Duration.seconds(30) }); // ~ sqs-visibility-timeout
    const place = new NodejsFunction(this, 'Place', {
      entry: path.join(__dirname, '../services/orders/place.ts'),
      runtime: lambda.Runtime.NODEJS_22_X,
      timeout: Duration.minutes(1),
      bundling: { minify: true, sourceMap: true },
    });
    place.addEventSource(new SqsEventSource(jobs));
    const cancel = new NodejsFunction(this, 'Cancel', {
      entry: path.join(__dirname, '../services/orders/cancel.ts'),
      runtime: lambda.Runtime.NODEJS_22_X,
      environment: { JOBS: jobs.queueUrl },
      bundling: { minify: true },
    });
    jobs.grantSendMessages(cancel);
    // lamlint: ignore[deprecated-runtime] leaves with the old shop
    const report = new lambda.Function(this, 'Report', {
      runtime: lambda.Runtime.PYTHON_3_8,
      handler: 'app.handler',
      code: lambda.Code.fromAsset('services/report'),
      logRetention: logs.RetentionDays.ONE_WEEK,
    });
    new lambda.Function(this, 'Lost', { // ~ handler-not-found
      runtime: lambda.Runtime.PYTHON_3_13,
      handler: 'main.handler', // The file is called `app`.
      code: lambda.Code.fromAsset('services/report'),
    });
    new Pictures(this, 'Pictures');
    new CfnOutput(this, 'ReportName', { value: report.functionName });
  }
}
