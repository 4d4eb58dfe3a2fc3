"""The same read with a client per invocation, per environment, and on first use."""

import os

import boto3

TABLE = os.environ["TABLE"]
shared = boto3.client("dynamodb")
kept = None


def read(client, item):
    answer = client.get_item(TableName=TABLE, Key={"id": {"S": item}})
    return answer.get("Item")


def client_on_first_use():
    global kept
    if kept is None:
        kept = boto3.client("dynamodb")
    return kept


def cold(event, context):
    client = boto3.client("dynamodb")
    return read(client, event["id"])


def warm(event, context):
    return read(shared, event["id"])


def memo(event, context):
    return read(client_on_first_use(), event["id"])
