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
  const names = windows ? ["lamlint.exe"] : ["lamlint"];
  const setting = places.setting.trim();
  if (setting !== "") {
    const home = places.env[windows ? "USERPROFILE" : "HOME"];
    const full =
      home !== undefined && /^~[\\/]/.test(setting)
        ? path.join(home, setting.slice(2))
        : path.resolve(places.workspace ?? ".", setting);
    // What was asked for, or nothing: another version would surprise.
    return isProgram(full, windows) ? { path: full } : { problem: `lamlint.path: ${full} is no program` };
  }
  const variable = Object.keys(places.env).find((k) => (windows ? k.toUpperCase() : k) === "PATH");
  const listed = (variable === undefined ? undefined : places.env[variable]) ?? "";
  // Relative entries would run what lies in a workspace.
  const folders = listed.split(windows ? ";" : ":").filter((f) => path.isAbsolute(f));
  for (const folder of [path.join(places.extension, "bin"), ...folders]) {
    for (const name of names) {
      const full = path.join(folder, name);
      if (isProgram(full, windows)) return { path: full };
    }
  }
  return { problem: "There is no lamlint on PATH. Install it, or set lamlint.path." };
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
