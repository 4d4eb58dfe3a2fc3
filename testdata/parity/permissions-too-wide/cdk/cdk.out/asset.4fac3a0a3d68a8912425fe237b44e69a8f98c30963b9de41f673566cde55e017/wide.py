import os

import boto3

queue = boto3.client("sqs")
functions = boto3.client("lambda")


def handler(event, context):
    queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="work")
    functions.invoke(FunctionName="other", Payload=b"{}")
