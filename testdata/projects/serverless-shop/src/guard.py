def handler(event, context):
    return {"isAuthorized": event["headers"].get("authorization") == "please"}
