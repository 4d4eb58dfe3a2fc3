import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";

const sns = new SNSClient({});

export const handler = async (event) => {
  const ids = event.Records.map((record) => record.Sns.MessageId);
  await sns.send( // ~ event-loop
    new PublishCommand({ TopicArn: process.env.TOPIC_ARN, Message: `seen: ${ids.join(", ")}` }),
  );
};
