"""Items by their id."""

import os

import boto3


class Store:
    def __init__(self):
        self.client = boto3.client("dynamodb")
        self.table = os.environ["TABLE"]

    def get(self, item):
        answer = self.client.get_item(TableName=self.table, Key={"id": {"S": item}})
        return answer.get("Item")
