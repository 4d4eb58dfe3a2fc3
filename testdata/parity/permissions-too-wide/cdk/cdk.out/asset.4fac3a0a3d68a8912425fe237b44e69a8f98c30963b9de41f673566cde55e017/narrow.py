import os

import boto3

queue = boto3.client("sqs")
files = boto3.client("s3")
machines = boto3.client("ec2")


def handler(event, context):
    queue.purge_queue(QueueUrl=os.environ["QUEUE"])
    files.get_object(Bucket="somewhere", Key=event["key"])
    machines.describe_instances()
