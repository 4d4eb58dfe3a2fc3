"""A client over one folder: documents with their texts, edits as an editor sends them, places as agreed."""

import asyncio
import os

from lsprotocol import types as t
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client
from pytest_lsp import fixture as lsp_fixture

__all__ = ["LanguageClient", "Session", "config", "lsp_fixture", "t"]


def make_client():
    """A client that notes what it is asked for."""
    client = make_test_lsp_client()
    client.registered, client.lens_refreshes = [], 0

    @client.feature("client/registerCapability")
    def register(*args):
        client.registered += args[-1].registrations

    @client.feature("workspace/codeLens/refresh")
    def refresh_lenses(*_):
        client.lens_refreshes += 1

    return client


config = ClientServerConfig(server_command=[os.environ["LAMLINT"], "lsp"], client_factory=make_client)

UNITS = {"utf-8": lambda s: len(s.encode()), "utf-16": lambda s: len(s.encode("utf-16-le")) // 2}


class Session:
    """What an editor knows. Columns are counted here by other code than the server's."""

    def __init__(self, client, root, encoding="utf-16"):
        self.client, self.root, self.units = client, root, UNITS[encoding]
        self.texts, self.versions = {}, {}

    def uri(self, name):
        return (self.root / name).as_uri()

    def disk(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def open(self, name, language):
        self.texts[name] = (self.root / name).read_bytes().decode()
        self.versions[name] = 1
        item = t.TextDocumentItem(self.uri(name), language, 1, self.texts[name])
        self.client.text_document_did_open(t.DidOpenTextDocumentParams(item))

    def close(self, name):
        del self.texts[name], self.versions[name]
        self.client.text_document_did_close(t.DidCloseTextDocumentParams(self.doc(name)))

    def save(self, name):
        self.disk(name, self.texts[name])
        self.client.text_document_did_save(t.DidSaveTextDocumentParams(self.doc(name)))

    def doc(self, name):
        return t.TextDocumentIdentifier(self.uri(name))

    def position(self, text, offset):
        """The place of a character; lines end with LF, CR LF or CR."""
        before = text[:offset].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return t.Position(len(before) - 1, self.units(before[-1]))

    def offset(self, text, at):
        i = 0
        for line in text.splitlines(keepends=True)[: at.line]:
            i += len(line)
        rest = text[i:]
        n = next(n for n in range(len(rest) + 1) if self.units(rest[:n]) >= at.character)
        assert self.units(rest[:n]) == at.character, f"{at} is inside of a character"
        return i + n

    def place(self, name, needle, within=1):
        """The position some characters into the first occurrence of a text."""
        text = self.texts.get(name) or (self.root / name).read_bytes().decode()
        return self.position(text, text.index(needle) + within)

    def shown(self, name, place):
        """What is at a range of a document."""
        text = self.texts.get(name) or (self.root / name).read_bytes().decode()
        return text[self.offset(text, place.start) : self.offset(text, place.end)]

    def replace(self, name, old, new):
        """Replace a text by another, as a change of that range alone."""
        text = self.texts[name]
        i = text.index(old)
        span = t.Range(self.position(text, i), self.position(text, i + len(old)))
        self.texts[name] = text[:i] + new + text[i + len(old) :]
        self.versions[name] += 1
        self.client.text_document_did_change(
            t.DidChangeTextDocumentParams(
                t.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name)),
                [t.TextDocumentContentChangePartial(span, new)],
            )
        )

    async def apply(self, edit):
        """Make the edits of a code action, and tell of them."""
        assert edit.changes is None and edit.document_changes
        for change in edit.document_changes:
            [name] = [n for n in self.texts if self.uri(n) == change.text_document.uri]
            assert change.text_document.version == self.versions[name]
            text = self.texts[name]
            spans = [(self.offset(text, e.range.start), self.offset(text, e.range.end), e.new_text) for e in change.edits]
            for start, end, new in sorted(spans, reverse=True):
                text = text[:start] + new + text[end:]
            self.versions[name] += 1
            self.texts[name] = text
            self.client.text_document_did_change(
                t.DidChangeTextDocumentParams(
                    t.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name)),
                    [t.TextDocumentContentChangeWholeDocument(text)],
                )
            )

    async def settle(self, name="template.yaml"):
        """Wait until what was told is known: an answer comes after the diagnostics of the run it is from."""
        await self.hover(name, t.Position(0, 0))

    async def hover(self, name, at):
        return await asyncio.wait_for(self.client.text_document_hover_async(t.HoverParams(self.doc(name), at)), 60)

    def rules(self, name):
        return [d.code for d in self.client.diagnostics.get(self.uri(name), [])]

    def diagnostic(self, name):
        [d] = self.client.diagnostics[self.uri(name)]
        return d

    async def actions(self, name, only=None):
        d = self.diagnostic(name)
        context = t.CodeActionContext([d], only=only)
        params = t.CodeActionParams(self.doc(name), d.range, context)
        return await self.client.text_document_code_action_async(params)

    async def definition(self, name, at):
        params = t.DefinitionParams(self.doc(name), at)
        return await self.client.text_document_definition_async(params)


