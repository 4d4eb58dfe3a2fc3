import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
events = boto3.client("events")


def handler(event, context):
    table.put_item(Item={"id": event["id"]})
    events.put_events(Entries=[{"EventBusName": os.environ["BUS"], "Source": "s", "DetailType": "t", "Detail": "{}"}])
