import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lockOwner, StateLock } from "../../../lib/persistence/state-lock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("a directory has one owner at a time, also within a process", async () => {
  const directory = await temporaryDirectory();
  const lock = await StateLock.take(directory);
  await expect(StateLock.take(directory)).rejects.toThrow("TP_STATE_LOCKED: another run of this process");
  expect(await lockOwner(directory)).toBe(process.pid);
  await lock.release();
  expect(await lockOwner(directory)).toBeNull();
  await (await StateLock.take(directory)).release();
});

test("the lock of a process that was killed is taken over; a pid that came back does not hold it", async () => {
  const directory = await temporaryDirectory();
  const owner = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  onTestFinished(() => void owner.kill("SIGKILL"));
  const held = (started: string): string => JSON.stringify({ pid: owner.pid, started, host: hostname() });
  await writeFile(join(directory, "lock"), held("1"));
  await (await StateLock.take(directory)).release();
  owner.kill("SIGKILL");
  await once(owner, "exit");
  await writeFile(join(directory, "lock"), held("1"));
  await (await StateLock.take(directory)).release();
});

test("of many that come at once one gets it, whoever had it before", async () => {
  const directory = await temporaryDirectory();
  for (const before of [null, JSON.stringify({ pid: 2 ** 22 + 1, started: "1", host: hostname() }), "{"]) {
    if (before !== null) await writeFile(join(directory, "lock"), before);
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => StateLock.take(directory)));
    const taken = results.filter((result) => result.status === "fulfilled");
    expect(taken).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason.code).toBe("TP_STATE_LOCKED");
    await taken[0]?.value.release();
  }
});

test("the lock of another host counts until somebody removes it", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "lock"), JSON.stringify({ pid: 1, started: "1", host: "elsewhere" }));
  await expect(StateLock.take(directory)).rejects.toThrow(
    /process 1 on elsewhere has the state .* remove the lock/,
  );
});
