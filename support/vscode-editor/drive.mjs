// Drives the editor of vscode-editor.sh: drive.mjs PORT PROJECT CHROMIUM. The project must hold one finding in its
// template, which a quick fix mends.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [port, project, executablePath] = process.argv.slice(2);
const file = `${project}/template.yaml`;
const open = JSON.stringify([["openFile", `vscode-remote://127.0.0.1:${port}${file}`]]);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();

async function until(what, ready) {
  for (const end = Date.now() + 60_000; Date.now() < end; await page.waitForTimeout(100)) {
    if (await ready()) return;
  }
  throw new Error(`not within a minute: ${what}`);
}
const problems = async () => (await page.locator('[id="status.problems"]').getAttribute("aria-label")) ?? "";

try {
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(project)}&payload=${encodeURIComponent(open)}`);
  await until("the finding is underlined", () => page.locator(".squiggly-error").count());
  await until("the finding is counted", async () => (await problems()).includes("Errors: 1"));
  await page.keyboard.press("F8");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Period");
  // The safe repair is chosen already; the menu takes keys a moment after it is drawn.
  await page.locator(".action-widget .monaco-list-row.focused", { hasText: "visibility timeout" }).waitFor();
  await page.waitForTimeout(500);
  await page.keyboard.press("Enter");
  await until("the finding is gone", async () => !(await problems()).includes("Errors"));
  await page.keyboard.press("Control+S");
  await until("the file is mended", () => readFileSync(file, "utf8").includes("VisibilityTimeout: 360"));
  console.log("ok: a finding underlined, mended by a quick fix, saved");
} catch (e) {
  console.error(`FAILED: ${e.message}; the editor says: ${await problems().catch(() => "nothing")}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
