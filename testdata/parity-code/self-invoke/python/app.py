"""Passes the rest of the work on: to the function itself, known in two ways, or to another one."""

import json
import os

import boto3

functions = boto3.client("lambda")


def rest_of(event):
    return json.dumps({"page": event["page"], "items": event["items"]})


def again(event, context):
    functions.invoke(
        FunctionName=context.function_name, InvocationType="Event", Payload=rest_of(event)
    )


def named(event, context):
    own_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    functions.invoke(FunctionName=own_name, InvocationType="Event", Payload=rest_of(event))


def forward(event, context):
    functions.invoke(
        FunctionName=os.environ["NEXT"], InvocationType="Event", Payload=rest_of(event)
    )


def other(event, context):
    return len(event["items"])
