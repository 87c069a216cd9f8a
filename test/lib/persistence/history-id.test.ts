import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { HISTORY, historyId } from "../../../lib/persistence/history-id.ts";

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "towpath-history-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test("a directory keeps the name of its history", async () => {
  const [path, other] = [await directory(), await directory()];
  const id = await historyId(path);
  expect(await historyId(path)).toBe(id);
  expect(await historyId(other)).not.toBe(id);
});

test("a name that was cut short or has another bit is refused", async () => {
  const path = await directory();
  await historyId(path);
  const file = join(path, HISTORY);
  const whole = await readFile(file);
  for (let at = 0; at < whole.length; at++) {
    const flipped = Buffer.from(whole);
    flipped[at] ^= 1;
    for (const damaged of [flipped, whole.subarray(0, at)]) {
      await writeFile(file, damaged);
      await expect(historyId(path)).rejects.toMatchObject({ code: "TP_STATE_CORRUPT" });
    }
  }
});
