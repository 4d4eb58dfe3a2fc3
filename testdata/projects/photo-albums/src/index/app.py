import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    for record in event["Records"]:
        for entry in json.loads(record["body"])["Records"]:
            table.put_item(Item={"id": entry["s3"]["object"]["key"]})
