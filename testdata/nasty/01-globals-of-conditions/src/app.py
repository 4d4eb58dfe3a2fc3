import os

SHARED = os.environ["SHARED"]
OWN = os.environ["OWN"]


def handler(event, context):
    return {"batchItemFailures": []}
