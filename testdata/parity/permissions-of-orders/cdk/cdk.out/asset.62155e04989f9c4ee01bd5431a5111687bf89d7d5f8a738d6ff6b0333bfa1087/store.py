import os

import boto3
from boto3.dynamodb.conditions import Key

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    for record in event["Records"]:
        same = table.query(KeyConditionExpression=Key("id").eq(record["messageId"]))
        if not same["Items"]:
            table.put_item(Item={"id": record["messageId"]}, ConditionExpression="attribute_not_exists(id)")
    table.query(IndexName="by-day", KeyConditionExpression=Key("day").eq("today"))
    return {"batchItemFailures": []}
