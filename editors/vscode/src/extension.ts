// Starts `lamlint lsp`, and shows the places its code lenses name.

import * as vscode from "vscode";
import { LanguageClient, type Location } from "vscode-languageclient/node";
import { find } from "./find";

const LANGUAGES = [
  "yaml",
  "cloudformation",
  "json",
  "jsonc",
  "python",
  "javascript",
  "javascriptreact",
  "typescript",
  "typescriptreact",
  "go",
  "java",
  "csharp",
  "ruby",
  "rust",
  "powershell",
  "terraform",
  "toml",
  "dockerfile",
];

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("lamlint.restart", async () => {
      await stop();
      await start(context);
    }),
    vscode.commands.registerCommand("lamlint.show", show),
    vscode.workspace.onDidChangeConfiguration(async (e) => {
      if (e.affectsConfiguration("lamlint.path")) {
        await vscode.commands.executeCommand("lamlint.restart");
      } else if (e.affectsConfiguration("lamlint")) {
        await client?.sendNotification("workspace/didChangeConfiguration", { settings: { lamlint: settings() } });
      }
    }),
  );
  await start(context);
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function stop(): Promise<void> {
  const old = client;
  client = undefined;
  await old?.dispose();
}

async function start(context: vscode.ExtensionContext): Promise<void> {
  const found = find({
    setting: vscode.workspace.getConfiguration("lamlint").get<string>("path", ""),
    extension: context.extensionPath,
    workspace: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    env: process.env,
    platform: process.platform,
  });
  if ("problem" in found) {
    void vscode.window.showErrorMessage(found.problem);
    return;
  }
  client = new LanguageClient(
    "lamlint",
    "lamlint",
    { command: found.path, args: ["lsp"] },
    {
      documentSelector: LANGUAGES.map((language) => ({ scheme: "file", language })),
      initializationOptions: settings(),
    },
  );
  try {
    await client.start();
  } catch (e) {
    void vscode.window.showErrorMessage(`lamlint did not start: ${e instanceof Error ? e.message : String(e)}`);
  }
}

function settings(): Record<string, unknown> {
  const all = vscode.workspace.getConfiguration("lamlint");
  return {
    pedantic: all.get<boolean>("pedantic", false),
    config: all.get<string>("config", ""),
    parameters: all.get<Record<string, string | number>>("parameters", {}),
  };
}

/** Show a place that the server names. */
async function show(target?: Location): Promise<void> {
  if (client === undefined || target === undefined) return;
  const { uri, range } = client.protocol2CodeConverter.asLocation(target);
  await vscode.window.showTextDocument(uri, { selection: range });
}
