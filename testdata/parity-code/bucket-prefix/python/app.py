"""Stores the size of each uploaded object beside it: where the upload is watched for, or elsewhere."""

from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def store_sizes(event, folder):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        size = s3.get_object(Bucket=bucket, Key=key)["ContentLength"]
        s3.put_object(Bucket=bucket, Key=f"{folder}/{key}.size", Body=str(size))


def echo(event, context):
    store_sizes(event, "incoming")


def sort(event, context):
    store_sizes(event, "sizes")
