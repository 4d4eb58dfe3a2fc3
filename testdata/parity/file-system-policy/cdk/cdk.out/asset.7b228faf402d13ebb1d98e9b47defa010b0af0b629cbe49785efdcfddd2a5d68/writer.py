import os

import boto3

ROOT = "/mnt/data"
sqs = boto3.client("sqs")


def handler(event, context):
    with open(os.path.join(ROOT, event["name"]), "w") as f:
        f.write(event["text"])
    sqs.send_message(QueueUrl=os.environ["JOBS_URL"], MessageBody=event["name"])
