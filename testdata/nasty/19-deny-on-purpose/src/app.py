import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
dynamodb = boto3.client("dynamodb")
machines = boto3.client("stepfunctions")
sockets = boto3.client("apigatewaymanagementapi", endpoint_url="https://example.com")
s3 = boto3.client("s3")


def handler(event, context):
    table.update_item(Key={"id": event["id"]}, UpdateExpression="SET n = :n")
    table.query(IndexName="by-day", KeyConditionExpression="day = :d")
    put = {"Put": {"TableName": os.environ["TABLE"], "Item": {"id": {"S": "1"}}}}
    dynamodb.transact_write_items(TransactItems=[put])
    machines.start_sync_execution(stateMachineArn=os.environ["ORDER"])
    sockets.post_to_connection(ConnectionId="1", Data=b"")
    s3.create_multipart_upload(Bucket="elsewhere", Key="k")
    table.scan()
