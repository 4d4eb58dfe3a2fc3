"""Handlers behind a decorator of the project that hands them a client."""

import os

from wrap import with_client, with_shared_client

TABLE = os.environ["TABLE"]
STAGE = os.getenv("STAGE", "test")


def find(event, client):
    answer = client.get_item(TableName=TABLE, Key={"id": {"S": f"{STAGE}/{event['id']}"}})
    return answer.get("Item")


@with_client
def wrapped(event, client):
    return find(event, client)


@with_shared_client
def plain(event, client):
    return find(event, client)
