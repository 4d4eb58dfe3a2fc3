"""Decorators that give a handler its client."""

from functools import wraps

import boto3

shared = boto3.client("dynamodb")


def with_client(handler):
    @wraps(handler)
    def wrapper(event, context):
        client = boto3.client("dynamodb")
        return handler(event, client)

    return wrapper


def with_shared_client(handler):
    @wraps(handler)
    def wrapper(event, context):
        return handler(event, shared)

    return wrapper
