import { folderOf } from '@libs/paths';

const timeout = 30;

export default {
  handler: `${folderOf(__dirname)}/handler.main`,
  timeout,
  events: [
    { sqs: { arn: { 'Fn::GetAtt': ['Mails', 'Arn'] }, batchSize: 1 } },
  ],
};
