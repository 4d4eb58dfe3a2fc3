#!/usr/bin/env node
// Starts the program that the package of this platform holds, and ends as it does.
"use strict";

const { spawn } = require("node:child_process");
const os = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const name = process.platform === "win32" ? "lamlint.exe" : "lamlint";

let program;
try {
  program = require.resolve(`@lamlint/${platform}/bin/${name}`);
} catch {
  const known = Object.keys(require("../package.json").optionalDependencies).map((p) => p.split("/")[1]);
  const why = known.includes(platform)
    ? `@lamlint/${platform} is not installed: was it left out (--omit=optional)?`
    : `there is no package for ${platform}, only for ${known.join(", ")}`;
  console.error(`lamlint: ${why}`);
  process.exit(2);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
// The terminal tells the program itself; others only tell this process.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (e) => {
  console.error(`lamlint: ${e.message}`);
  process.exit(2);
});
child.on("exit", (status, signal) => process.exit(status ?? 128 + (os.constants.signals[signal] ?? 0)));
