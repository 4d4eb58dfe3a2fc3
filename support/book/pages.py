#!/usr/bin/env python3
"""Preprocessor of mdBook: pages as they lie in the repository, made a book.

Fills the draft chapter "Rules" with rules/docs/README.md and, below it, the page of each rule. Links between files of
the repository, which work where the files lie, become links between chapters; links to other files lead to the
repository. A link that leads nowhere ends the build.
"""

import json
import pathlib
import posixpath
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = "rules/docs"
# `](target)` and `[name]: target`
LINK = re.compile(r"(\]\(|^\[[^\]]+\]:\s+)([^()\s]+)")
FENCE = re.compile(r"\s*(```+|~~~+)")


def chapters(items):
    """All chapters, at any depth."""
    for item in items:
        if isinstance(item, dict) and "Chapter" in item:
            yield item["Chapter"]
            yield from chapters(item["Chapter"]["sub_items"])


def chapter(name, source, path, number, parents):
    text = (ROOT / source).read_text(encoding="utf-8")
    return {
        "name": name,
        "content": text,
        "number": number,
        "sub_items": [],
        "path": path,
        "source_path": posixpath.relpath(source, "docs"),
        "parent_names": parents,
    }


def rewrite(text, source, path, places, repository):
    """The links of a page at `source`, as they must be at `path` of the book."""

    def link(match):
        before, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match.group(0)
        target, anchor = (target.split("#", 1) + [""])[:2]
        full = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if full in places:
            new = posixpath.relpath(places[full], posixpath.dirname(path) or ".")
        elif (ROOT / full).exists():
            kind = "tree" if (ROOT / full).is_dir() else "blob"
            new = f"{repository}/{kind}/main/{full}"
        else:
            sys.exit(f"{source}: there is no {full}")
        return before + new + ("#" + anchor if anchor else "")

    lines, fence = [], None
    for line in text.split("\n"):
        mark = FENCE.match(line)
        if fence is None:
            if not mark:
                line = LINK.sub(link, line)
            if mark:
                fence = mark.group(1)
        elif mark and line.strip().startswith(fence) and set(line.strip()) == {fence[0]}:
            fence = None
        lines.append(line)
    return "\n".join(lines)


def main():
    if sys.argv[1:2] == ["supports"]:
        return
    context, book = json.load(sys.stdin)
    repository = context["config"]["output"]["html"]["git-repository-url"]
    items = book.get("items", book.get("sections"))

    rules = next(c for c in chapters(items) if c["name"] == "Rules" and c.get("path") is None)
    number = rules["number"]
    rules.update(chapter("Rules", f"{RULES}/README.md", "rules/index.md", number, []))
    pages = sorted(p.stem for p in (ROOT / RULES).glob("*.md") if p.stem != "README")
    rules["sub_items"] = [
        {"Chapter": chapter(p, f"{RULES}/{p}.md", f"rules/{p}.md", [*number, i], ["Rules"])}
        for i, p in enumerate(pages, 1)
    ]

    def source(c):
        return posixpath.normpath(posixpath.join("docs", c["source_path"]))

    all_chapters = [c for c in chapters(items) if c.get("path")]
    places = {source(c): c["path"] for c in all_chapters}
    for c in all_chapters:
        c["content"] = rewrite(c["content"], source(c), c["path"], places, repository)
    json.dump(book, sys.stdout)


main()
