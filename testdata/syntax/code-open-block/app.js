const { S3 } = require("aws-sdk");
exports.handler = async (event) => {
  for (const r of event.Records) {
    await new S3().getObject({ Key: r.key }
