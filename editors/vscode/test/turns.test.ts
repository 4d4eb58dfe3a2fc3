import * as assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../src/turns";

test("nothing overlaps, and a failure stops nothing", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const task = (name: string, ms: number, fails = false) => () =>
    new Promise<string>((resolve, reject) => {
      seen.push(`${name} begins`);
      setTimeout(() => {
        seen.push(`${name} ends`);
        if (fails) reject(new Error(name));
        else resolve(name);
      }, ms);
    });
  const first = turns.take(task("a", 30));
  const second = turns.take(task("b", 10, true));
  const third = turns.take(task("c", 1));
  assert.equal(await first, "a");
  await assert.rejects(second, /b/);
  assert.equal(await third, "c");
  assert.deepEqual(seen, ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});
