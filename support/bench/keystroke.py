#!/usr/bin/env python3
"""How long the language server takes after a key: keystroke.py BINARY FOLDER [HANDLER TEMPLATE].

Works on a copy of FOLDER. Types single characters at the end of a handler and of a template, in turn, each followed by
a hover request; the answer comes from a run that has seen the character. Without names, the first template and the
first file of code with a lens over a handler are taken. Prints milliseconds (p50, p99, most) and the most memory held.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

EDITS = 500
CODE = {".py", ".js", ".mjs", ".cjs", ".ts", ".go"}
TEMPLATES = {"template.yaml", "template.yml", "serverless.yml", "main.tf"}


class Server:
    def __init__(self, binary):
        self.process = subprocess.Popen([binary, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.last = 0

    def write(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def tell(self, method, params):
        self.write({"method": method, "params": params})

    def read(self):
        length = None
        while line := self.process.stdout.readline().strip():
            name, value = line.split(b":", 1)
            if name.lower() == b"content-length":
                length = int(value)
        if length is None:
            sys.exit("the server has ended")
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, params):
        self.last += 1
        self.write({"id": self.last, "method": method, "params": params})
        while True:
            message = self.read()
            if message.get("id") == self.last and "method" not in message:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]

    def peak(self):
        """The most memory it held so far, in MiB (Linux)."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main(binary, folder, names):
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch).resolve() / "copy"
        shutil.copytree(folder, root, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        server = Server(binary)
        server.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": {}})
        server.tell("initialized", {})
        doc = lambda path: {"textDocument": {"uri": path.as_uri()}}
        start = time.perf_counter()
        files = sorted(p for p in root.rglob("*") if p.is_file())
        if names:
            paths = [root / n for n in names]
        else:
            has_lens = lambda p: p.suffix in CODE and server.ask("textDocument/codeLens", doc(p))
            handler = next((p for p in files if has_lens(p)), None)
            template = next((p for p in files if p.name in TEMPLATES), None)
            paths = [p for p in (handler, template) if p is not None]
        if len(paths) != 2:
            sys.exit("there is no handler, or no template")
        server.ask("textDocument/hover", {**doc(paths[0]), "position": {"line": 0, "character": 0}})
        print(f"ready: {(time.perf_counter() - start) * 1000:.0f} ms")
        for kind, path in zip(("handler", "template"), paths):
            text = path.read_bytes().decode()
            comment = "//" if path.suffix in CODE - {".py"} else "#"
            opened = {"uri": path.as_uri(), "languageId": "plaintext", "version": 0, "text": f"{text}\n{comment} "}
            server.tell("textDocument/didOpen", {"textDocument": opened})
            server.ask("textDocument/hover", {**doc(path), "position": {"line": 0, "character": 0}})
            line, times = opened["text"].count("\n"), []
            for n in range(EDITS):
                at = {"line": line, "character": len(comment) + 1 + n}
                start = time.perf_counter()
                server.tell(
                    "textDocument/didChange",
                    {
                        "textDocument": {"uri": path.as_uri(), "version": n + 1},
                        "contentChanges": [{"range": {"start": at, "end": at}, "text": "x"}],
                    },
                )
                server.ask("textDocument/hover", {**doc(path), "position": {"line": 0, "character": 0}})
                times.append((time.perf_counter() - start) * 1000)
            times.sort()
            p99 = times[min(len(times) - 1, len(times) * 99 // 100)]
            where = path.relative_to(root)
            print(f"{kind} {where}: p50 {times[len(times) // 2]:.1f} ms, p99 {p99:.1f} ms, most {times[-1]:.1f} ms")
        print(f"memory: {server.peak():.0f} MiB at most")
        server.ask("shutdown", None)
        server.tell("exit", None)
        return server.process.wait(30)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 5):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
