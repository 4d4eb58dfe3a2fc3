// One server at a time: started, stopped, started again.

import * as vscode from "vscode";
import {
  CloseAction,
  type CloseHandlerResult,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import { LANGUAGES, PATTERNS } from "./files";
import { type Found, find } from "./find";
import { Turns } from "./turns";

const SELECTOR = [
  ...LANGUAGES.map((language) => ({ scheme: "file", language })),
  ...PATTERNS.map((pattern) => ({ scheme: "file", pattern })),
];

/** What it says of itself goes to the output; people are told by `Server`, once and in words. */
class Client extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** The server of this window. */
export class Server implements vscode.Disposable {
  /** The client, if there is one that was not stopped. */
  client: LanguageClient | undefined;
  private program: string | undefined;
  private readonly turns = new Turns();
  private readonly output = vscode.window.createOutputChannel("lamlint", { log: true });
  private readonly status = vscode.languages.createLanguageStatusItem("lamlint", SELECTOR);

  constructor(private readonly extension: string) {
    this.status.name = "lamlint";
  }

  dispose(): void {
    this.status.dispose();
    this.output.dispose();
  }

  /** Start it; one that runs is stopped before. */
  restart(): Promise<void> {
    return this.turns.take(async () => {
      await this.halt();
      await this.start();
    });
  }

  /** Start it if it is not the one that the settings ask for. */
  follow(): Promise<void> {
    return this.turns.take(async () => {
      const found = this.find();
      if ("path" in found && found.path === this.program && this.client?.state === State.Running) return;
      await this.halt();
      await this.start();
    });
  }

  stop(): Promise<void> {
    return this.turns.take(() => this.halt());
  }

  showOutput(): void {
    this.output.show();
  }

  /** Tell a server that runs of changed settings. */
  async settingsChanged(): Promise<void> {
    if (this.client?.state !== State.Running) return;
    await this.client.sendNotification("workspace/didChangeConfiguration", { settings: { lamlint: settings() } });
  }

  private find(): Found {
    return find({
      setting: vscode.workspace.getConfiguration("lamlint").get<string>("path", ""),
      extension: this.extension,
      workspace: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      env: process.env,
      platform: process.platform,
    });
  }

  private async halt(): Promise<void> {
    const old = this.client;
    this.client = undefined;
    this.program = undefined;
    if (old === undefined) return;
    try {
      // After a crash it may be on its way up, and can't be stopped before it is there.
      if (old.state === State.Starting) await old.start();
      await old.dispose();
    } catch (e) {
      this.output.warn(`The server did not stop as it should: ${words(e)}`);
    }
  }

  private async start(): Promise<void> {
    const found = this.find();
    if ("problem" in found) {
      this.failed(found.problem, "Open Settings");
      return;
    }
    this.say(vscode.LanguageStatusSeverity.Information, "lamlint", found.path, true);
    const options: LanguageClientOptions = {
      documentSelector: SELECTOR,
      initializationOptions: settings(),
      outputChannel: this.output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: (error, message, count) => crashes.error(error, message, count),
        closed: async (): Promise<CloseHandlerResult> => {
          // A program that never was a server is not started again and again, nor one that is to stop.
          if (client !== this.client) return { action: CloseAction.DoNotRestart, handled: true };
          const { action } = await crashes.closed();
          if (action === CloseAction.DoNotRestart) {
            this.failed("The lamlint server ended several times in a row, and is not started again.", "Restart");
          }
          return { action, handled: true };
        },
      },
    };
    const client = new Client("lamlint", "lamlint", { command: found.path, args: ["lsp"] }, options);
    const crashes = client.createDefaultErrorHandler();
    try {
      await client.start();
    } catch (e) {
      this.output.error(words(e));
      this.failed(`${found.path} did not start as the server of lamlint.`, "Open Settings");
      return;
    }
    this.client = client;
    this.program = found.path;
    const { name, version } = client.initializeResult?.serverInfo ?? { name: "lamlint", version: "" };
    this.say(vscode.LanguageStatusSeverity.Information, `${name} ${version ?? ""}`.trim(), found.path);
  }

  private say(severity: vscode.LanguageStatusSeverity, text: string, detail: string, busy = false): void {
    Object.assign(this.status, { severity, text, detail, busy });
    this.status.command = { title: "Restart", command: "lamlint.restart" };
  }

  /** Tell people that there is no server, with what they can do. */
  private failed(problem: string, action: "Open Settings" | "Restart"): void {
    this.output.error(problem);
    this.say(vscode.LanguageStatusSeverity.Error, "lamlint does not run", problem);
    void vscode.window.showErrorMessage(problem, action, "Show Output").then((chosen) => {
      if (chosen === "Open Settings") {
        void vscode.commands.executeCommand("workbench.action.openSettings", "lamlint.path");
      } else if (chosen === "Restart") {
        void this.restart();
      } else if (chosen === "Show Output") {
        this.showOutput();
      }
    });
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

function words(e: unknown): string {
  return e instanceof Error ? e.message : String(e);
}
