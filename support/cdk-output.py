#!/usr/bin/env python3
"""Synthesise the CDK applications among the fixtures again.

usage: cdk-output.py NODE_MODULES [PATTERN]

NODE_MODULES holds `aws-cdk-lib`, `constructs`, `esbuild` and `tsx`. Of every application of `testdata/parity` and
`testdata/projects` whose path holds PATTERN, `cdk.out` is written anew, without what differs from machine to machine and
without code of the framework.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTDATA = Path(__file__).resolve().parent.parent / "testdata"
HOME = "/home/dev/app"
CONTEXT = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:enable-asset-metadata": True,
    "aws:cdk:bundling-stacks": ["**"],
}
KINDS = ("aws:cdk:logicalId", "aws:cdk:creationStack")
FRAMES = 3
STUB = "def handler(event, context):\n    pass\n"
LONGEST_INLINE = 400
FRAMEWORK = ("Custom::", "LogRetention", "framework-")


def main():
    modules, pattern = Path(sys.argv[1]).resolve(), (sys.argv[2:] or [""])[0]
    for project in sorted(TESTDATA.glob("*/**/cdk.json")):
        if pattern in str(project):
            synthesise(project.parent, modules)


def synthesise(project, modules):
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch + HOME)
        shared = project.parent / "shared"
        for source in [shared] * shared.is_dir() + [project]:
            shutil.copytree(source, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("cdk.out"))
        (work / "node_modules").symlink_to(modules)
        command = json.loads((work / "cdk.json").read_text())["app"].split()[1:]
        env = dict(
            os.environ,
            CDK_OUTDIR=str(work / "cdk.out"),
            CDK_CONTEXT_JSON=json.dumps(CONTEXT),
            PATH=f"{modules}/.bin:{os.environ['PATH']}",
        )
        subprocess.run(command, cwd=work, env=env, check=True)
        shutil.rmtree(project / "cdk.out", ignore_errors=True)
        write(work, project / "cdk.out", scratch, str(modules))


def write(work, target, scratch, modules):
    target.mkdir()

    def put(name, value):
        text = json.dumps(value, indent=1).replace(scratch, "").replace(modules, f"{HOME}/node_modules")
        (target / name).write_text(text + "\n")

    output = work / "cdk.out"
    for path in sorted(output.iterdir()):
        if path.name == "manifest.json":
            put(path.name, manifest(json.loads(path.read_text())))
        elif path.name.endswith(".template.json"):
            put(path.name, template(json.loads(path.read_text())))
        elif path.name.endswith(".metadata.json"):
            put(path.name, metadata(json.loads(path.read_text()), scratch))
        elif path.name.endswith(".assets.json"):
            put(path.name, assets(json.loads(path.read_text())))
        elif path.is_dir() and path.name in own(output):
            shutil.copytree(path, target / path.name)


def manifest(m):
    kept = {}
    for name, a in m["artifacts"].items():
        if a["type"] in ("aws:cloudformation:stack", "cdk:asset-manifest"):
            a["properties"] = {k: v for k, v in a["properties"].items() if k in ("file", "templateFile")}
            a.pop("environment", None)
            kept[name] = a
    return {"version": m["version"], "artifacts": kept}


def template(t):
    for r in t["Resources"].values():
        code = r.get("Properties", {}).get("Code", {})
        if isinstance(code, dict) and len(str(code.get("ZipFile", ""))) > LONGEST_INLINE:
            code["ZipFile"] = STUB
    return t


def metadata(m, scratch):
    def short(e):
        if e["type"] != "aws:cdk:creationStack":
            return e
        return dict(e, data=[f for f in e["data"] if scratch in f or f.startswith("...")][:FRAMES])

    out = {}
    for path, entries in m.items():
        entries = [short(e) for e in entries if e["type"] in KINDS or "custom-resource-handler" in e["type"]]
        if entries:
            out[path] = entries
    return out


def assets(a):
    return {
        "version": a["version"],
        **{
            kind: {k: {"source": v["source"]} for k, v in a.get(kind, {}).items()}
            for kind in ("files", "dockerImages")
            if a.get(kind)
        },
    }


def own(output):
    """Names of the staged directories of constructs that are not the framework's."""
    names = set()
    for path in output.glob("*.template.json"):
        for r in json.loads(path.read_text())["Resources"].values():
            told = r.get("Metadata", {})
            if not any(mark in told.get("aws:cdk:path", "") for mark in FRAMEWORK):
                names.add(told.get("aws:asset:path"))
    return names


if __name__ == "__main__":
    main()
