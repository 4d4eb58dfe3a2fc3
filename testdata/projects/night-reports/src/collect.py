import os

import boto3

pages = boto3.resource("dynamodb").Table(os.environ["PAGES"])


def handler(event, context):
    pages.put_item(Item={"id": "today", "at": event["time"]})


def show(event, context):
    return pages.get_item(Key={"id": "today"}).get("Item")


def forget(event, context):
    pages.delete_item(Key={"id": "today"})
    os.environ["LAST"]  # ~ env-var-undeclared
