"""Counts pictures per owner."""

import json
import os

import boto3


def handler(event, context):
    table = connect()
    for record in event["Records"]:
        job = json.loads(record["body"])
        owner = job["key"].split("/")[0]
        table.update_item( # ~ non-idempotent-handler
            Key={"owner": owner},
            UpdateExpression="ADD pictures :one",
            ExpressionAttributeValues={":one": 1},
        )
    announce(len(event["Records"]))


def connect():
    return boto3.resource("dynamodb").Table(os.environ["COUNTERS_TABLE"]) # ~ init-inside-handler


def announce(count):
    print(f"{os.environ['TEAM']}: {count} pictures") # ~ env-var-undeclared
