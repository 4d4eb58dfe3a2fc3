import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["COUNTERS"])


def handler(event, context):
    for record in event["Records"]:
        table.update_item(
            Key={"id": record["body"]},
            UpdateExpression="ADD seen :one",
            ExpressionAttributeValues={":one": 1},
        )
