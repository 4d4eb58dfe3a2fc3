def handler(event, context):
    with open("/mnt/data/last.txt") as f:
        return f.read()
