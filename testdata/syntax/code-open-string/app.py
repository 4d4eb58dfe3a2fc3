TEXT = """never
closed {x!r:>{w}}
def handler(event, context):
    return f"{TEXT"
