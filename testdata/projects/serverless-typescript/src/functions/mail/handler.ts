export const main = async (event: { Records: { body: string }[] }) => {
  for (const record of event.Records) {
    console.log(process.env.SENDER!.trim(), JSON.parse(record.body).to); // ~ env-var-undeclared
  }
};
