import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { StateLock } from "../../../lib/persistence/state-lock.ts";
import { runScript } from "../../support/script.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const towpath = (...args: string[]) => runScript("lib/cli/main.ts", { args: ["state", ...args] });

test("shows a state, clears it, and says where there is none", { timeout: 120_000 }, async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "state");
  await mkdir(path);
  await writeFile(join(path, "mine"), "kept");
  expect(await towpath(path)).toMatchObject({ code: 1, stderr: `towpath: there is no state in ${path}\n` });
  const script = await runScript("test/support/counting-script.ts", { args: [path, "/dev/null", "30", "0"] });
  expect(script.code, script.stderr).toBe(0);
  const shown = await towpath(path);
  expect(shown.code, shown.stderr).toBe(0);
  expect(shown.stdout).toMatch(
    /^no run uses it\ncheckpoint \d+ in .*format 1, after the commit at \d+, taken \d{4}-/,
  );
  expect(shown.stdout).toMatch(/source debug \([0-9a-f]{32}\)/);
  expect(shown.stdout).toContain("groupBy word: count(), sum(n), latest(n)");
  expect(shown.stdout).toMatch(
    /journal: \d+ files, .* 10 commits, the last at \d+\n {2}delivered up to \d+\n {2}last commit of debug: 10/,
  );
  const held = await StateLock.take(path);
  const before = await readdir(path);
  expect(before).toContain("history");
  expect(await towpath(path, "--clear")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("TP_STATE_LOCKED"),
  });
  expect(await readdir(path)).toEqual(before);
  await held.release();
  expect((await towpath(path, "--clear")).stdout).toContain("starts afresh");
  expect(await readdir(path)).toEqual(["mine"]);
  expect((await towpath(path)).code).toBe(1);
  expect((await towpath()).code).toBe(2);
});
