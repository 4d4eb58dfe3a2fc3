import { placed } from './stock';

export const handler = async (event: { Records: { body: string }[] }) => {
  for (const record of event.Records) {
    await placed(JSON.parse(record.body));
  }
};
