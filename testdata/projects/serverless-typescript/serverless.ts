import type { AWS } from '@serverless/typescript';

import mail from '@functions/mail';
import order from '@functions/order';
import resources from './resources';

const serverlessConfiguration: AWS = {
  service: 'orders',
  frameworkVersion: '3',
  plugins: ['serverless-esbuild', 'serverless-offline'],
  provider: {
    name: 'aws',
    runtime: 'nodejs24.x',
    stage: "${opt:stage, 'dev'}",
    environment: { ORDERS: { Ref: 'Orders' }, LEVEL: process.env.LOG_LEVEL ?? 'info' },
    iam: {
      role: {
        statements: [ // ~ shared-execution-role
          {
            Effect: 'Allow',
            Action: ['dynamodb:PutItem'],
            Resource: { 'Fn::GetAtt': ['Orders', 'Arn'] },
          },
        ],
      },
    },
  },
  functions: { order, mail },
  custom: { esbuild: { bundle: true, minify: process.env.CI === 'true' } },
  resources,
};

module.exports = serverlessConfiguration;
