// Stores the size of each uploaded object beside it: where the upload is watched for, or elsewhere.
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Event, S3Handler } from "aws-lambda";

const s3 = new S3Client({});

async function storeSizes(event: S3Event, folder: string): Promise<void> {
  for (const record of event.Records) {
    const bucket = record.s3.bucket.name;
    const key = decodeURIComponent(record.s3.object.key.replace(/\+/g, " "));
    const { ContentLength: size } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${folder}/${key}.size`, Body: String(size) }));
  }
}

export const echo: S3Handler = async (event) => {
  await storeSizes(event, "incoming");
};

export const sort: S3Handler = async (event) => {
  await storeSizes(event, "sizes");
};
