import os


class Store:
    def __init__(self, client):
        self.client = client
        self.table = os.environ["TABLE"]

    def query(self, **rest):
        return self.client.query(TableName=self.table, **rest)["Items"]

    def by_day(self, day):
        return self.query(IndexName="by-day", KeyConditionExpression="#d = :d", ExpressionAttributeValues=day)

    def by_id(self, key):
        return self.query(KeyConditionExpression="id = :i", ExpressionAttributeValues=key)

    def pages(self):
        return self.client.get_paginator("scan").paginate(TableName=self.table)
