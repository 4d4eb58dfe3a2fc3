// Which program to start.

import * as fs from "node:fs";
import * as path from "node:path";

export interface Places {
  /** The setting `lamlint.path`; empty when it is not set. */
  setting: string;
  /** The folder of this extension. */
  extension: string;
  /** The first folder of the workspace, from which a relative setting counts. */
  workspace: string | undefined;
  env: Record<string, string | undefined>;
  platform: string;
}

export type Found = { path: string } | { problem: string };

/** The program: of the setting, else the one that comes with the extension, else of PATH. */
export function find(places: Places): Found {
  const windows = places.platform === "win32";
  const workspace = places.workspace ?? ".";
  const setting = places.setting.trim().replaceAll("${workspaceFolder}", workspace);
  // A name alone is one of PATH, as in a shell.
  const named = setting !== "" && !/[\\/]/.test(setting);
  if (setting !== "" && !named) {
    const home = places.env[windows ? "USERPROFILE" : "HOME"];
    const full =
      home !== undefined && /^~[\\/]/.test(setting)
        ? path.join(home, setting.slice(2))
        : path.resolve(workspace, setting);
    // What was asked for, or nothing: another version would surprise.
    if (isProgram(full, windows)) return { path: full };
    const why = fs.existsSync(full) ? "can't be started" : "does not exist";
    return { problem: `The setting lamlint.path names ${full}, which ${why}.` };
  }
  const program = named ? setting : "lamlint";
  const wanted = windows && !/\.exe$/i.test(program) ? `${program}.exe` : program;
  const variable = Object.keys(places.env).find((k) => (windows ? k.toUpperCase() : k) === "PATH");
  const listed = (variable === undefined ? undefined : places.env[variable]) ?? "";
  // Relative entries would run what lies in a workspace.
  const folders = listed.split(windows ? ";" : ":").filter((f) => path.isAbsolute(f));
  if (!named) folders.unshift(path.join(places.extension, "bin"));
  for (const folder of folders) {
    const full = path.join(folder, wanted);
    if (isProgram(full, windows)) return { path: full };
  }
  const where = named ? `, which the setting lamlint.path names` : "";
  return { problem: `There is no program ${wanted} on PATH${where}. Install it, or set lamlint.path to where it is.` };
}

function isProgram(file: string, windows: boolean): boolean {
  try {
    if (!fs.statSync(file).isFile()) return false;
    if (!windows) fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
