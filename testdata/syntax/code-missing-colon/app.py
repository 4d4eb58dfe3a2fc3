import boto3

def connect_to_db();
    return boto3.client("s3")


def handler(event, context):
    return connect_to_db()
