import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    album = table.get_item(Key={"id": event["pathParameters"]["id"]})["Item"]
    table.put_item(Item={**album, "seen": True})  # ~ missing-iam-permission
    return album
