import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { type Places, find } from "../src/find";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "lamlint-"));
process.on("exit", () => fs.rmSync(root, { recursive: true }));

function program(name: string, mode = 0o755): string {
  const file = path.join(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, "", { mode });
  return file;
}

const places = (setting = "", PATH = "", extension = "none") => ({
  setting,
  extension: path.join(root, extension),
  workspace: root,
  env: { PATH, HOME: root },
  platform: "linux",
});

test("the setting, then what comes along, then PATH", () => {
  const own = program("own/lamlint");
  const bundled = program("extension/bin/lamlint");
  const listed = program("listed/lamlint");
  const PATH = `${root}/nowhere:${path.dirname(listed)}`;
  assert.deepEqual(find(places(own, PATH, "extension")), { path: own });
  assert.deepEqual(find(places("own/lamlint")), { path: own });
  assert.deepEqual(find(places("~/own/lamlint")), { path: own });
  assert.deepEqual(find(places("${workspaceFolder}/own/lamlint")), { path: own });
  // A name alone is one of PATH.
  assert.deepEqual(find(places("lamlint", PATH, "extension")), { path: listed });
  assert.deepEqual(find(places(" ", PATH, "extension")), { path: bundled });
  assert.deepEqual(find(places("", PATH)), { path: listed });
});

test("what can't be started is passed over, or told", () => {
  const dead = program("dead/lamlint", 0o644);
  const listed = program("live/lamlint");
  fs.mkdirSync(path.join(root, "folder/lamlint"), { recursive: true });
  const PATH = `:live:${root}/folder:${root}/dead:${root}/live`;
  assert.deepEqual(find(places("", PATH)), { path: listed });
  // Another program than the one asked for is none.
  const problem = (at: Places) => {
    const found = find(at);
    return "problem" in found ? found.problem : assert.fail(found.path);
  };
  assert.match(problem(places(dead, PATH)), /lamlint\.path names .*\/dead\/lamlint, which can't be started/);
  assert.match(problem(places("gone/lamlint", PATH)), /lamlint\.path names .*\/gone\/lamlint, which does not exist/);
  assert.match(problem(places("gone", PATH)), /no program gone on PATH, which the setting lamlint\.path names/);
  assert.match(problem(places("", `live:${root}/dead`)), /no program lamlint on PATH\. Install it/);
  assert.match(problem({ ...places(), env: {} }), /no program lamlint on PATH/);
});

test("Windows has its own names", () => {
  const exe = program("windows/lamlint.exe", 0o644);
  const found = find({ ...places(), env: { Path: `x;${root}/windows` }, platform: "win32" });
  assert.deepEqual(found, { path: exe });
});
