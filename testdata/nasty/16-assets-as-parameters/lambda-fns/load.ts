export const handler = async (event: unknown) => process.env.TABLE;
