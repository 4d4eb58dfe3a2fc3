import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", ""))
database = boto3.client("dynamodb")
files = boto3.client("s3")
queue = boto3.client("sqs")
queues = boto3.resource("sqs")


def writer(event, context):
    table.put_item(Item={"id": event["id"]})


def reader(event, context):
    key = {"id": {"S": event["id"]}}
    return database.get_item(TableName=os.environ["TABLE"], Key=key).get("Item")


def uploader(event, context):
    files.put_object(Bucket=os.environ["BUCKET"], Key=event["key"], Body=b"")


def sender(event, context):
    entries = [{"Id": "1", "MessageBody": event["id"]}]
    queue.send_message_batch(QueueUrl=os.environ["QUEUE"], Entries=entries)


def purger(event, context):
    queues.Queue(os.environ["QUEUE"]).purge()
