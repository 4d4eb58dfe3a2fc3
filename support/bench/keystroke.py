#!/usr/bin/env python3
"""How long the language server takes after a key: keystroke.py [--edits N] BINARY FOLDER [FILE...].

Works on a copy of FOLDER. Types single characters in a comment at the end of each file, then in one at its top, which
moves everything below; each is followed by a hover request, whose answer comes from a run that has seen the character.
Without names, the first file of code with a lens over a handler is taken, the largest template, and the largest file
of Terraform. Prints milliseconds (p50, p99, most), and the memory held (now and at most).
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

CODE = {".py", ".js", ".mjs", ".cjs", ".ts", ".go", ".java", ".cs", ".rb", ".rs", ".ps1"}
TEMPLATES = {"template.yaml", "template.yml", "serverless.yml"}
HASH = {".py", ".rb", ".ps1", ".yaml", ".yml", ".tf", ".toml"}


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

    def memory(self):
        """The memory it holds, and the most it held so far, in MiB (Linux)."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return [int(status.split(f"{name}:")[1].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")]


def doc(path):
    return {"textDocument": {"uri": path.as_uri()}}


def hover(server, path):
    server.ask("textDocument/hover", {**doc(path), "position": {"line": 0, "character": 0}})


def chosen(server, root):
    """A handler, a template and a file of Terraform, where there are such."""
    files = sorted(p for p in root.rglob("*") if p.is_file())
    lens = lambda p: p.suffix in CODE and server.ask("textDocument/codeLens", doc(p))
    handler = next((p for p in files if lens(p)), None)
    size = lambda p: p.stat().st_size
    template = max((p for p in files if p.name in TEMPLATES), key=size, default=None)
    module = max((p for p in files if p.suffix == ".tf"), key=size, default=None)
    return [p for p in (handler, template, module) if p is not None]


def type_in(server, path, at_top, edits):
    """The times of single keys in a comment of a file, sorted, in milliseconds."""
    text = path.read_bytes().decode()
    comment = "# " if path.suffix in HASH else "// "
    text = f"{comment}\n{text}" if at_top else f"{text}\n{comment}"
    opened = {"uri": path.as_uri(), "languageId": "plaintext", "version": 0, "text": text}
    server.tell("textDocument/didOpen", {"textDocument": opened})
    hover(server, path)
    line, times = 0 if at_top else text.count("\n"), []
    for n in range(edits):
        at = {"line": line, "character": len(comment) + n}
        start = time.perf_counter()
        server.tell(
            "textDocument/didChange",
            {
                "textDocument": {"uri": path.as_uri(), "version": n + 1},
                "contentChanges": [{"range": {"start": at, "end": at}, "text": "x"}],
            },
        )
        hover(server, path)
        times.append((time.perf_counter() - start) * 1000)
    server.tell("textDocument/didClose", doc(path))
    hover(server, path)
    return sorted(times)


def main(binary, folder, names, edits):
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch).resolve() / "copy"
        shutil.copytree(folder, root, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        server = Server(binary)
        server.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": {}})
        server.tell("initialized", {})
        start = time.perf_counter()
        hover(server, root / "x")
        print(f"ready: {(time.perf_counter() - start) * 1000:.0f} ms")
        paths = [root / n for n in names] or chosen(server, root)
        if not paths:
            sys.exit("there is no handler and no template")
        for path in paths:
            for where in ("end", "top"):
                times = type_in(server, path, where == "top", edits)
                p50, p99 = times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]
                name = path.relative_to(root)
                print(f"{name} ({where}): p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {times[-1]:.1f} ms", flush=True)
        print("memory: {:.0f} MiB, {:.0f} MiB at most".format(*server.memory()))
        server.ask("shutdown", None)
        server.tell("exit", None)
        return server.process.wait(30)


if __name__ == "__main__":
    arguments, count = sys.argv[1:], 500
    if arguments[:1] == ["--edits"]:
        count, arguments = int(arguments[1]), arguments[2:]
    if len(arguments) < 2:
        sys.exit(__doc__)
    sys.exit(main(arguments[0], arguments[1], arguments[2:], count))
