//! What counts as a question about the event before a write.

use super::follow;
use lamlint_model::handler::FactKind;

/// Whether the write of a snippet stands behind a question.
fn asked(path: &str, text: &str) -> bool {
    let handler = follow(&[(path, text)]).unwrap();
    let mut writes = handler
        .facts
        .iter()
        .filter(|f| matches!(&f.kind, FactKind::SdkCall(c) if c.operation == "PutObject"))
        .map(|f| f.ctx.asked);
    let first = writes.next().unwrap_or_else(|| panic!("no write in {text}"));
    assert_eq!(writes.next(), None, "{text}");
    first
}

#[test]
fn questions_in_python() {
    let handler = |body: &str| {
        format!(
            "import boto3\nimport os\ns3 = boto3.client('s3')\n\
             def check(key):\n    if key.startswith('out/'):\n        raise ValueError(key)\n\
             def originals(records):\n    return [r for r in records if 'out/' not in r['s3']['object']['key']]\n\
             def lambda_handler(event, context):\n{body}"
        )
    };
    let put = "s3.put_object(Bucket=r['s3']['bucket']['name'], Key='out/x')";
    for (body, want) in [
        (format!("    for r in event['Records']:\n        {put}\n"), false),
        (
            format!(
                "    if not event.get('Records'):\n        return\n    for r in event['Records']:\n        {put}\n"
            ),
            false,
        ),
        (
            format!(
                "    if 'Records' in event and len(event['Records']) > 0:\n        for r in event['Records']:\n            {put}\n"
            ),
            false,
        ),
        (
            format!(
                "    if os.environ.get('VERBOSE'):\n        print(event)\n    for r in event['Records']:\n        {put}\n"
            ),
            false,
        ),
        (
            format!(
                "    for r in event['Records']:\n        if r['s3']['object']['key'].startswith('out/'):\n            continue\n        {put}\n"
            ),
            true,
        ),
        (
            format!(
                "    for r in event['Records']:\n        if 'in/' in r['s3']['object']['key']:\n            {put}\n"
            ),
            true,
        ),
        (
            format!(
                "    for r in event['Records']:\n        check(r['s3']['object']['key'])\n        {put}\n"
            ),
            true,
        ),
        (format!("    for r in originals(event['Records']):\n        {put}\n"), true),
        (
            format!(
                "    for r in event['Records']:\n        assert r['s3']['object']['size'] > 0\n        {put}\n"
            ),
            true,
        ),
        (
            format!(
                "    if 'retry' in event:\n        return\n    for r in event['Records']:\n        {put}\n"
            ),
            true,
        ),
        (
            format!(
                "    if event.get('retry'):\n        return\n    for r in event['Records']:\n        {put}\n"
            ),
            true,
        ),
        (format!("    for r in event['jobs']:\n        {put}\n"), true),
        (format!("    r = event['Records'][0]\n    while r['s3']['object']['size']:\n        {put}\n"), true),
    ] {
        assert_eq!(asked("src/app.py", &handler(&body)), want, "{body}");
    }
}

#[test]
fn questions_in_javascript() {
    let handler = |body: &str| {
        format!(
            "import {{ S3 }} from '@aws-sdk/client-s3';\nconst s3 = new S3({{}});\n\
             const put = (r) => s3.putObject({{ Bucket: r.s3.bucket.name, Key: 'out/x' }});\n\
             export const handler = async (event) => {{\n{body}\n}};\n"
        )
    };
    for (body, want) in [
        ("await Promise.all(event.Records.map(put));", false),
        ("for (const r of event.Records) { await put(r); }", false),
        ("if (!event.Records?.length) return; for (const r of event.Records) { await put(r); }", false),
        ("await Promise.all(event.Records.filter((r) => r.s3.object.key.startsWith('in/')).map(put));", true),
        ("for (const r of event.Records) { if (r.s3.object.key.startsWith('in/')) await put(r); }", true),
        ("for (const r of event.Records) { r.s3.object.key.startsWith('in/') && (await put(r)); }", true),
        ("for (const r of event.Records) { r.s3.object.size ? await put(r) : null; }", true),
        (
            "const r = event.Records[0]; if (r.s3.object.size === 0) throw new Error('empty'); await put(r);",
            true,
        ),
    ] {
        assert_eq!(asked("src/index.mjs", &handler(body)), want, "{body}");
    }
}
