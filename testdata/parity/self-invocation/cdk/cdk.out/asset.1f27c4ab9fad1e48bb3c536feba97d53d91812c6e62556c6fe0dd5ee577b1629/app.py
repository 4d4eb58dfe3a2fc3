import json
import os

import boto3

client = boto3.client("lambda")


def handler(event, context):
    rest = event["items"][1:]
    client.invoke(
        FunctionName=os.environ["NEXT"],
        InvocationType="Event",
        Payload=json.dumps({"items": rest}),
    )
