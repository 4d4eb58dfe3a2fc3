def handler(event, context):
    print("é𝄞", event["a"
    return {"ok": True}
