// Stores the size of each uploaded object beside it: where the upload is watched for, or elsewhere.
const { GetObjectCommand, PutObjectCommand, S3Client } = require("@aws-sdk/client-s3");

const s3 = new S3Client({});

async function storeSizes(event, folder) {
  for (const record of event.Records) {
    const bucket = record.s3.bucket.name;
    const key = decodeURIComponent(record.s3.object.key.replace(/\+/g, " "));
    const { ContentLength: size } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${folder}/${key}.size`, Body: String(size) }));
  }
}

exports.echo = async (event) => {
  await storeSizes(event, "incoming");
};

exports.sort = async (event) => {
  await storeSizes(event, "sizes");
};
