import os

import boto3

database = boto3.client("dynamodb")
queue = boto3.client("sqs")


def handler(event, context):
    names = {"TableName": os.environ["TABLE"], "IndexName": "by-day"}
    found = database.query(**names, KeyConditionExpression="#d = :d")
    queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=str(found["Count"]))
