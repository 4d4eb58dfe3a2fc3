// Makes the npm package of a platform: platform.mjs BINARY PLATFORM FOLDER, where PLATFORM is like linux-x64.
// The programs for Linux must be static ones (musl): one package serves every distribution.
import fs from "node:fs";
import path from "node:path";

const [binary, platform, folder] = process.argv.slice(2);
const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const launcher = JSON.parse(fs.readFileSync(path.join(here, "lamlint/package.json"), "utf8"));
const name = `@lamlint/${platform}`;
if (folder === undefined || launcher.optionalDependencies[name] !== launcher.version) {
  console.error(`usage: platform.mjs BINARY PLATFORM FOLDER; the launcher must want ${name} in its own version`);
  process.exit(2);
}
const [os, cpu] = platform.split("-");
const program = os === "win32" ? "bin/lamlint.exe" : "bin/lamlint";
fs.mkdirSync(path.join(folder, "bin"), { recursive: true });
fs.copyFileSync(binary, path.join(folder, program));
fs.chmodSync(path.join(folder, program), 0o755);
// What may be done with the program goes along with it.
const licences = ["LICENSE-MIT", "LICENSE-APACHE"];
for (const l of licences) fs.copyFileSync(path.join(here, "../..", l), path.join(folder, l));
const { version, license, repository } = launcher;
const description = `The program lamlint for ${platform}; install lamlint instead`;
const manifest = { name, version, description, license, repository, os: [os], cpu: [cpu], files: ["bin", ...licences] };
fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
