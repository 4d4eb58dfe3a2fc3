"""Writes parsers/src/code/api/operations.tsv: the operations of every AWS service, from botocore's service models.

Usage: python support/sdk-operations.py BOTOCORE_WHEEL > parsers/src/code/api/operations.tsv

A line is a botocore client name, a tab, and groups `Verb.Verb:Rest,Rest` separated by blanks: `Get.Put:Object,ObjectAcl`
stands for GetObject, GetObjectAcl, PutObject and PutObjectAcl. An operation of one word has an empty rest.
"""

import gzip
import json
import re
import sys
import zipfile


def main() -> None:
    wheel = zipfile.ZipFile(sys.argv[1])
    version = re.search(r"botocore-([0-9.]+)-", sys.argv[1]).group(1)
    latest = {}
    for name in wheel.namelist():
        m = re.match(r"botocore/data/([^/]+)/([^/]+)/service-2\.json(\.gz)?$", name)
        if m and (m.group(1) not in latest or latest[m.group(1)][0] < m.group(2)):
            latest[m.group(1)] = (m.group(2), name)
    print(f"# botocore client name, operations by verb. Source: botocore {version} service models (Apache-2.0).")
    print("# Written by support/sdk-operations.py.")
    for service, (_, path) in sorted(latest.items()):
        raw = wheel.read(path)
        model = json.loads(gzip.decompress(raw) if path.endswith(".gz") else raw)
        verbs = {}
        plain = set()
        for op in sorted(model["operations"]):
            assert op.lower() not in plain, (service, op)
            plain.add(op.lower())
            verb = re.match(r"[A-Z]+[a-z0-9]*|.", op).group(0)
            verbs.setdefault(op[len(verb):], []).append(verb)
        groups = {}
        for rest, v in sorted(verbs.items()):
            groups.setdefault(".".join(v), []).append(rest)
        print(service + "\t" + " ".join(f"{v}:{','.join(rest)}" for v, rest in sorted(groups.items())))


main()
