"""Adds up orders. A message may be delivered twice: one handler counts it again, the other does not."""

import json
import os

import boto3

TABLE = os.environ.get("TABLE", "orders")
dynamodb = boto3.client("dynamodb")


def each(event, work):
    failed = []
    for record in event["Records"]:
        try:
            work(record, json.loads(record["body"]))
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def add(record, order):
    dynamodb.update_item(
        TableName=TABLE,
        Key={"id": {"S": order["shop"]}},
        UpdateExpression="ADD orders :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def add_once(record, order):
    try:
        dynamodb.update_item(
            TableName=TABLE,
            Key={"id": {"S": order["shop"]}},
            UpdateExpression="ADD orders :one, seen :message",
            ConditionExpression="NOT contains(seen, :id)",
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":message": {"SS": [record["messageId"]]},
                ":id": {"S": record["messageId"]},
            },
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        print("counted before:", record["messageId"])


def count(event, context):
    return each(event, add)


def once(event, context):
    return each(event, add_once)
