#!/usr/bin/env python3
"""Checks a rendered book: every link within it leads to a file and, where it names one, to an anchor of it."""

import html.parser
import pathlib
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.anchors.add(value)
            elif name in ("href", "src") and value and tag != "base":
                self.links.append(value)


def main(book):
    # Paths of the error page are those of the published site.
    pages = {p: Page(p) for p in sorted(book.rglob("*.html")) if p.name != "404.html"}
    wrong, count = [], 0
    for path, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            count += 1
            target = path
            if parts.path:
                target = (path.parent / urllib.parse.unquote(parts.path)).resolve()
                if target.is_dir():
                    target = target / "index.html"
            anchor = urllib.parse.unquote(parts.fragment)
            if not target.is_relative_to(book) or not target.is_file():
                wrong.append(f"{path.relative_to(book)}: {link}: no such file")
            elif anchor and target in pages and anchor not in pages[target].anchors:
                wrong.append(f"{path.relative_to(book)}: {link}: no such anchor")
    print("\n".join(wrong), end="\n" if wrong else "")
    print(f"book: {len(pages)} pages, {count} links within it, {len(wrong)} wrong")
    return 1 if wrong or len(pages) < 40 or count < 1000 else 0


sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
