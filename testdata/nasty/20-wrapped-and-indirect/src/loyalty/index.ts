export const handler = async () => process.env.POINTS!.length;
