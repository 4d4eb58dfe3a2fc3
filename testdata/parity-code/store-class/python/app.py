"""An object that holds a client, made per invocation and per environment."""

from store import Store

held_store = Store()


def fresh(event, context):
    store = Store()
    return store.get(event["id"])


def held(event, context):
    return held_store.get(event["id"])
