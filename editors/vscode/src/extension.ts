// Starts `lamlint lsp`, and shows the places its code lenses name.

import * as vscode from "vscode";
import type { Location } from "vscode-languageclient/node";
import { Server } from "./server";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const own = new Server(context.extensionPath);
  server = own;
  context.subscriptions.push(
    own,
    vscode.commands.registerCommand("lamlint.restart", () => own.restart()),
    vscode.commands.registerCommand("lamlint.showOutput", () => own.showOutput()),
    vscode.commands.registerCommand("lamlint.show", (target?: Location) => show(own, target)),
    vscode.workspace.onDidChangeConfiguration(async (e) => {
      if (e.affectsConfiguration("lamlint.path")) await own.follow();
      if (e.affectsConfiguration("lamlint")) await own.settingsChanged();
    }),
  );
  await own.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** Show a place that the server names. */
async function show(from: Server, target?: Location): Promise<void> {
  if (from.client === undefined || target === undefined) return;
  const { uri, range } = from.client.protocol2CodeConverter.asLocation(target);
  await vscode.window.showTextDocument(uri, { selection: range });
}
