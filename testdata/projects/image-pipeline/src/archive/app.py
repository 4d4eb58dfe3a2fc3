"""Copies tagged uploads to the archive."""

from urllib.parse import unquote_plus

import boto3

_client = None


def client():
    # Built on first use and kept: not a problem.
    global _client
    if _client is None:
        _client = boto3.client("s3")
    return _client


def handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        client().copy_object(
            Bucket=bucket,
            Key="archive/" + key.removeprefix("uploads/"),
            CopySource={"Bucket": bucket, "Key": key},
        )
