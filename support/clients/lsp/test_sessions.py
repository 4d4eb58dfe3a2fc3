"""The language server in sessions of pytest-lsp, which also checks every message against the protocol."""

import asyncio

import pytest
from pygls.exceptions import JsonRpcException
from session import LanguageClient, Session, config, lsp_fixture, t

# Characters of two units before what is found, and line breaks of two characters.
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Description: "\U0001f680 na\u00efve"
Parameters:
  Limit:
    Type: Number
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.14
      Timeout: 60
      Environment:
        Variables: { LABEL: "\U0001f980\U0001f680", TABLE: orders }
      Events:
        Jobs:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
  Jobs:
    Type: AWS::SQS::Queue
    Properties: { Tags: [{ Key: "\U0001f680", Value: x }], VisibilityTimeout: 360 }
""".replace("\n", "\r\n")

CODE = """\
import os

names = ("\U0001f680\U0001f680", os.environ["TABLE"])


def handler(event, context):
    for record in event["Records"]:
        print("\u00e9", record["messageId"], names)
""".replace("\n", "\r\n")


def project(root, template=TEMPLATE, code=CODE):
    (root / "src").mkdir(parents=True)
    (root / "template.yaml").write_bytes(template.encode())
    (root / "src/app.py").write_bytes(code.encode())
    return root


def capabilities(encoding, **workspace):
    return t.ClientCapabilities(
        general=t.GeneralClientCapabilities(position_encodings=[encoding]),
        window=t.WindowClientCapabilities(work_done_progress=True),
        workspace=t.WorkspaceClientCapabilities(
            workspace_edit=t.WorkspaceEditClientCapabilities(document_changes=True),
            did_change_watched_files=t.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
            workspace_folders=True,
            code_lens=t.CodeLensWorkspaceClientCapabilities(refresh_support=True),
            **workspace,
        ),
        text_document=t.TextDocumentClientCapabilities(
            publish_diagnostics=t.PublishDiagnosticsClientCapabilities(related_information=True, version_support=True),
            code_action=t.CodeActionClientCapabilities(
                code_action_literal_support=t.ClientCodeActionLiteralOptions(
                    t.ClientCodeActionKindOptions([t.CodeActionKind.QuickFix, t.CodeActionKind.SourceFixAll])
                ),
                is_preferred_support=True,
                data_support=True,
            ),
            hover=t.HoverClientCapabilities(content_format=[t.MarkupKind.Markdown]),
            completion=t.CompletionClientCapabilities(
                completion_item=t.ClientCompletionItemOptions(documentation_format=[t.MarkupKind.Markdown])
            ),
        ),
    )


async def begin(client, root, caps, **options):
    folder = t.WorkspaceFolder(root.as_uri(), root.name)
    params = t.InitializeParams(caps, workspace_folders=[folder], initialization_options=options)
    return await client.initialize_session(params)


@lsp_fixture(config=config, params=["utf-8", "utf-16"])
async def client(request, tmp_path, lsp: LanguageClient):
    """A session over a project without findings, in both encodings."""
    root = project(tmp_path / "a project")
    result = await begin(lsp, root, capabilities(request.param))
    assert result.capabilities.position_encoding == request.param
    lsp.session = Session(lsp, root, request.param)
    await lsp.session.settle()
    assert lsp.diagnostics == {}
    yield
    await asyncio.wait_for(lsp.shutdown_session(), 30)
    assert (lsp._server.returncode, lsp.log_messages) == (0, [])


@pytest.mark.asyncio
async def test_diagnostics_follow_edits_on_either_side(client):
    s = client.session
    s.open("template.yaml", "yaml")
    s.open("src/app.py", "python")
    # The template no longer sets what the code reads.
    s.replace("template.yaml", "TABLE: orders", "NAME: \U0001f980")
    await s.settle()
    d = s.diagnostic("src/app.py")
    assert (d.code, d.source, d.severity) == ("env-var-undeclared", "lamlint", t.DiagnosticSeverity.Error)
    assert s.shown("src/app.py", d.range) == 'os.environ["TABLE"]'
    assert d.code_description.href.endswith("env-var-undeclared.md")
    assert s.uri("template.yaml") in [r.location.uri for r in d.related_information]
    # The code follows.
    s.replace("src/app.py", "TABLE", "NAME")
    await s.settle()
    assert s.rules("src/app.py") == []
    # The code renames its handler: the template is wrong, with the code untouched on disk.
    s.replace("src/app.py", "def handler", "def main")
    await s.settle()
    d = s.diagnostic("template.yaml")
    assert (d.code, s.shown("template.yaml", d.range)) == ("handler-not-found", "app.handler")
    s.close("src/app.py")
    await s.settle()
    # What is on disk counts again, and reads the variable the template has dropped.
    assert (s.rules("template.yaml"), s.rules("src/app.py")) == ([], ["env-var-undeclared"])
    # While it does not parse, the place of the error is told and the rest stays.
    s.replace("template.yaml", "Properties: {", "Properties: [{")
    await s.settle()
    assert s.rules("template.yaml") == ["malformed-template"]
    assert s.rules("src/app.py") == ["env-var-undeclared"]


@pytest.mark.asyncio
async def test_repairs_and_requests_to_ignore(client):
    s = client.session
    s.open("template.yaml", "yaml")
    whole = s.texts["template.yaml"]
    for kind, said in [(None, "six times"), (t.CodeActionKind.QuickFix, "Ignore"), ("source.fixAll.lamlint", "Make all")]:
        s.replace("template.yaml", "VisibilityTimeout: 360", "VisibilityTimeout: 30")
        await s.settle()
        d = s.diagnostic("template.yaml")
        assert (d.code, s.shown("template.yaml", d.range)) == ("sqs-visibility-timeout", "30")
        actions = await s.actions("template.yaml", [kind] if kind else None)
        if kind is None:
            [action] = [a for a in actions if a.is_preferred]
            assert list(action.diagnostics) == [d]
        else:
            [action] = [a for a in actions if a.title.startswith(said)]
            assert kind in str(getattr(action.kind, "value", action.kind))
        await s.apply(action.edit)
        await s.settle()
        assert s.rules("template.yaml") == [], (action.title, s.texts["template.yaml"])
        text = s.texts["template.yaml"]
        assert "\U0001f680" in text and "\n" not in text.replace("\r\n", ""), f"{action.title}: {text!r}"
        if text != whole:
            s.replace("template.yaml", text, whole)
    await s.settle()
    assert s.rules("template.yaml") == []


@pytest.mark.asyncio
async def test_hover_lenses_links_definitions_and_names_of_rules(client):
    s = client.session
    s.open("template.yaml", "yaml")
    s.open("src/app.py", "python")
    for name, what in [("template.yaml", "Worker"), ("src/app.py", "handler")]:
        hover = await s.hover(name, s.place(name, what))
        assert hover.contents.kind == t.MarkupKind.Markdown
        for part in ["**Worker**", "60 s", "Jobs", "TABLE"]:
            assert part in hover.contents.value, hover.contents.value
        assert what in s.shown(name, hover.range)
    [lens] = await client.text_document_code_lens_async(t.CodeLensParams(s.doc("src/app.py")))
    assert lens.command.title.startswith("Worker: python3.14, 60 s"), lens
    [target] = lens.command.arguments
    target = client.protocol._converter.structure(target, t.Location)
    assert (lens.command.command, target.uri) == ("lamlint.show", s.uri("template.yaml"))
    assert s.shown("template.yaml", target.range).startswith("Worker")
    assert client.lens_refreshes > 0
    [link] = await client.text_document_document_link_async(t.DocumentLinkParams(s.doc("template.yaml")))
    assert s.shown("template.yaml", link.range) == "app.handler"
    assert link.target == s.uri("src/app.py") + "#L6"

    async def goes(name, what, to, shown):
        [found] = await s.definition(name, s.place(name, what))
        assert (found.uri, s.shown(to, found.range).split("\r\n")[0]) == (s.uri(to), shown), found

    await goes("template.yaml", "app.handler", "src/app.py", "handler")
    await goes("template.yaml", "TABLE", "src/app.py", 'os.environ["TABLE"]')
    await goes("src/app.py", 'environ["TABLE"]', "template.yaml", "TABLE")
    # A rule in a comment: its page, and names to choose from.
    s.replace("src/app.py", "names =", "mark = '\U0001f680'  # lamlint: ignore[init-inside-handler] because\r\nnames =")
    at = s.place("src/app.py", "init-inside", 4)
    hover = await s.hover("src/app.py", at)
    assert hover.contents.value.startswith("# ") and s.shown("src/app.py", hover.range) == "init-inside-handler"
    found = await client.text_document_completion_async(t.CompletionParams(s.doc("src/app.py"), at))
    [item] = [i for i in found if i.label == "init-inside-handler"]
    assert item.text_edit.range.end == at and s.shown("src/app.py", item.text_edit.range) == "init"
    # What came while the document was in another state is not mixed with it.
    s.replace("src/app.py", "mark = '\U0001f680'  ", "")
    [lens] = await client.text_document_code_lens_async(t.CodeLensParams(s.doc("src/app.py")))
    assert s.shown("src/app.py", lens.range) == "handler"


@pytest.mark.asyncio
async def test_folders_files_and_settings(client, tmp_path):
    s = client.session
    assert {w["globPattern"] for r in client.registered for w in r.register_options["watchers"]}
    other = Session(client, project(tmp_path / "other \u00fc", TEMPLATE.replace("360", "30")), "utf-8")

    def folders(added, removed):
        named = [t.WorkspaceFolder(other.root.as_uri(), "other")]
        event = t.WorkspaceFoldersChangeEvent(named if added else [], named if removed else [])
        client.workspace_did_change_workspace_folders(t.DidChangeWorkspaceFoldersParams(event))

    folders(True, False)
    await other.settle()
    assert (other.rules("template.yaml"), s.rules("template.yaml")) == (["sqs-visibility-timeout"], [])
    folders(False, True)
    await s.settle()
    assert other.rules("template.yaml") == []

    def watched(name, kind):
        event = t.FileEvent(s.uri(name), kind)
        client.workspace_did_change_watched_files(t.DidChangeWatchedFilesParams([event]))

    s.disk("template.yaml", TEMPLATE.replace("360", "30"))
    watched("template.yaml", t.FileChangeType.Changed)
    await s.settle()
    assert s.rules("template.yaml") == ["sqs-visibility-timeout"]
    s.disk("lamlint.toml", "[rules.sqs-visibility-timeout]\nseverity = 'off'\n")
    watched("lamlint.toml", t.FileChangeType.Created)
    await s.settle()
    assert s.rules("template.yaml") == []
    s.disk("lamlint.toml", "[rules.nonsense]\n")
    watched("lamlint.toml", t.FileChangeType.Changed)
    await s.settle()
    assert s.rules("lamlint.toml") == ["configuration"]
    (s.root / "lamlint.toml").unlink()
    watched("lamlint.toml", t.FileChangeType.Deleted)
    s.disk("template.yaml", TEMPLATE.replace("Timeout: 60", "Timeout: !Ref Limit"))
    watched("template.yaml", t.FileChangeType.Changed)
    await s.settle()
    # A number nobody knows, and one that the editor sets.
    assert (s.rules("template.yaml"), s.rules("lamlint.toml")) == ([], [])
    for settings, found in [
        ({"lamlint": {"parameters": {"Limit": 400}}}, ["sqs-visibility-timeout"]),
        ({"parameters": {"Limit": "5"}}, []),
        ({"lamlint": {}}, []),
    ]:
        client.workspace_did_change_configuration(t.DidChangeConfigurationParams(settings))
        await s.settle()
        assert s.rules("template.yaml") == found, settings


@pytest.mark.asyncio
async def test_what_is_cancelled_is_answered(client):
    s = client.session
    s.open("template.yaml", "yaml")
    said = []
    for i in range(20):
        s.replace("template.yaml", "Timeout: 6", f"Timeout: 6 # {i}\r\n#")
        s.replace("template.yaml", f"Timeout: 6 # {i}\r\n#", "Timeout: 6")
        params = t.HoverParams(s.doc("template.yaml"), s.place("template.yaml", "Worker"))
        answer = client.protocol.send_request_async("textDocument/hover", params, msg_id=f"hover-{i}")
        task = asyncio.ensure_future(answer)
        await asyncio.sleep(0)
        client.cancel_request(t.CancelParams(id=f"hover-{i}"))
        try:
            said.append((await asyncio.wait_for(task, 60)).contents.value[:10])
        except JsonRpcException as e:
            said.append(e.code)
    assert set(said) <= {-32800, "**Worker**"} and -32800 in said, said
    await s.settle()
    assert s.rules("template.yaml") == []


@lsp_fixture(config=config)
async def pulling(tmp_path, lsp: LanguageClient):
    """A session of a client that asks for diagnostics itself."""
    root = project(tmp_path / "p", TEMPLATE.replace("360", "30"))
    caps = capabilities("utf-16", diagnostics=t.DiagnosticWorkspaceClientCapabilities(refresh_support=True))
    caps.text_document.diagnostic = t.DiagnosticClientCapabilities()
    result = await begin(lsp, root, caps)
    provider = result.capabilities.diagnostic_provider
    assert provider.inter_file_dependencies and provider.workspace_diagnostics
    lsp.session = Session(lsp, root)
    yield
    await asyncio.wait_for(lsp.shutdown_session(), 30)
    assert lsp._server.returncode == 0


@pytest.mark.asyncio
async def test_diagnostics_on_request(pulling):
    s = pulling.session

    async def pull(name, before=None):
        params = t.DocumentDiagnosticParams(s.doc(name), previous_result_id=before)
        return await pulling.text_document_diagnostic_async(params)

    first = await pull("template.yaml")
    assert (first.kind, [d.code for d in first.items]) == ("full", ["sqs-visibility-timeout"])
    again = await pull("template.yaml", first.result_id)
    assert (again.kind, again.result_id) == ("unchanged", first.result_id)
    s.open("template.yaml", "yaml")
    s.replace("template.yaml", "TABLE: orders", "NAME: orders")
    everything = await pulling.workspace_diagnostic_async(t.WorkspaceDiagnosticParams([]))
    by_file = {i.uri: [d.code for d in i.items] for i in everything.items}
    assert by_file == {
        s.uri("template.yaml"): ["sqs-visibility-timeout"],
        s.uri("src/app.py"): ["env-var-undeclared"],
    }
    before = [t.PreviousResultId(i.uri, i.result_id) for i in everything.items]
    everything = await pulling.workspace_diagnostic_async(t.WorkspaceDiagnosticParams(before))
    assert {i.kind for i in everything.items} == {"unchanged"}
    assert pulling.diagnostics == {} and pulling.diagnostic_refresh_count > 0
