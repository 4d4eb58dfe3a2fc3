"""Makes a small version of each uploaded picture."""

import json
import logging
import os
from urllib.parse import unquote_plus

import boto3

from scale import shrink

logger = logging.getLogger()
logger.setLevel(os.environ.get("LOG_LEVEL", "INFO"))

s3 = boto3.client("s3")
sqs = boto3.client("sqs")


def handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        picture = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3.put_object(Bucket=bucket, Key=f"thumbnails/{key}", Body=shrink(picture)) # ~ event-loop
        sqs.send_message(
            QueueUrl=os.environ["JOBS_URL"],
            MessageBody=json.dumps({"bucket": bucket, "key": key}),
        )
    logger.info("%d pictures", len(event["Records"]))
