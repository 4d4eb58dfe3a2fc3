"""Compares the commands of the AWS Tools in parsers/src/code/api/ps.tsv with the tools' own configuration.

Usage: python support/powershell/check.py CHECKOUT

CHECKOUT is a repository of the AWS Tools for PowerShell, bare or not; its newest commit is read with `git show`. A row is
right when a service's configuration has a command of that name for that operation, or when the command is in WRITTEN:
written by hand in the tools, with the operation their reference names. Prints what differs; the exit status is 1 then.
"""

import pathlib
import subprocess
import sys
import xml.etree.ElementTree

TABLE = pathlib.Path(__file__).parent.parent.parent / "parsers/src/code/api/ps.tsv"
CONFIG = "generator/AWSPSGeneratorLib/Config/ServiceConfig"
# Commands without an entry in the configuration, and what they call.
WRITTEN = {
    "Read-S3Object": "GetObject",
    "Write-S3Object": "PutObject",
    "Remove-S3Object": "DeleteObject",
    "New-S3Bucket": "CreateBucket",
    # From version 5 on; ListObjects before.
    "Get-S3Object": "ListObjectsV2",
    # The SDK for .NET names HeadObject otherwise.
    "Get-S3ObjectMetadata": "HeadObject",
    # Since 2022, with a configuration of their own.
    "Get-DDBItem": "GetItem",
    "Set-DDBItem": "PutItem",
    "Update-DDBItem": "UpdateItem",
    "Remove-DDBItem": "DeleteItem",
    "Invoke-DDBQuery": "Query",
    "Invoke-DDBScan": "Scan",
    "Get-DDBBatchItem": "BatchGetItem",
    "Set-DDBBatchItem": "BatchWriteItem",
}


def git(checkout, *args):
    return subprocess.run(["git", "-C", checkout, *args], check=True, capture_output=True, text=True).stdout


def commands(checkout):
    """Commands by their names in lower case: name, operation, and the parameter a pipeline and the first position fill."""
    out = {}
    for name in git(checkout, "ls-tree", "--name-only", "HEAD", CONFIG + "/").splitlines():
        if not name.endswith(".xml"):
            continue
        root = xml.etree.ElementTree.fromstring(git(checkout, "show", f"HEAD:{name}").lstrip("\ufeff"))
        prefix = root.findtext("ServiceNounPrefix")
        usual = root.findtext("PipelineParameter") or ""
        for o in root.iter("ServiceOperation"):
            if o.get("Exclude") == "true" or not o.get("Noun"):
                continue
            command = f"{o.get('Verb')}-{prefix}{o.get('Noun')}"
            first = "" if o.get("NoPipelineParameter") == "true" else o.get("PipelineParameter") or usual
            renamed = {p.get("Name"): p.get("NewName") for p in o.iter("Param") if p.get("NewName")}
            out.setdefault(command.lower(), (command, o.get("MethodName"), renamed.get(first, first)))
    return out


def main(checkout):
    known, wrong = commands(checkout), []
    for line in TABLE.read_text().splitlines():
        if not line.startswith("call\t"):
            continue
        _, name, _service, operation, positions = line.split("\t")
        if WRITTEN.get(name) == operation:
            continue
        if name.lower() not in known:
            wrong.append(f"{name}: there is no such command")
            continue
        told, calls, first = known[name.lower()]
        if calls != operation:
            wrong.append(f"{told}: calls {calls}, not {operation}")
        elif positions != "-" and positions.split(",")[0].rstrip("s") != first.rstrip("s"):
            wrong.append(f"{told}: takes {first or 'nothing'} first, not {positions}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
