import json
import os

import boto3

sqs = boto3.client("sqs")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def take(event, context):
    body = json.loads(event["body"])
    table.put_item(Item=body)
    sqs.send_message(QueueUrl=os.environ["JOBS"], MessageBody=event["body"])
    return {"statusCode": 202, "body": ""}


def work(event, context):
    for record in event["Records"]:
        print(os.environ["LEVEL"], record["body"])
    return {"batchItemFailures": []}
