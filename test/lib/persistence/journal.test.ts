import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Journal } from "../../../lib/persistence/journal.ts";
import { dropJournal, type JournalTail, readJournal } from "../../../lib/persistence/journal-files.ts";
import type { JournalRecord } from "../../../lib/persistence/journal-record.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const plan = { operators: { a: "groupBy word: count()" }, sources: { words: "f" } };
const unexpected = (error: Error): never => {
  throw error;
};
const quiet = { durable() {}, failed: unexpected };
const commit = (time: number): JournalRecord => ({
  kind: "commit",
  time,
  source: "words",
  range: { "0": [time, time + 1] },
});

/** Commits at times 2, 4, …, each durable before the next is appended. */
async function journalOf(directory: string, commits: number): Promise<void> {
  const journal = new Journal(directory, plan, 0, 0, quiet);
  for (let i = 1; i <= commits; i++) {
    journal.append(commit(2 * i));
    await journal.drained();
    expect(journal.durableTime).toBe(2 * i);
  }
  await journal.close();
}

function times({ records }: JournalTail): number[] {
  return records.flatMap((record) => (record.kind === "commit" ? [record.time] : []));
}

async function onlyFile(directory: string): Promise<string> {
  const names = await readdir(directory);
  expect(names).toHaveLength(1);
  return join(directory, names[0] as string);
}

test("gives back what was appended, after a time", async () => {
  const directory = await temporaryDirectory();
  await journalOf(directory, 5);
  const tail = await readJournal(directory, 4);
  expect(tail.records).toEqual([{ kind: "plan", plan }, commit(6), commit(8), commit(10)]);
  expect(tail.number).toBe(6);
});

test("goes on in files of later runs, and drops files that nothing needs", async () => {
  const directory = await temporaryDirectory();
  await journalOf(directory, 2);
  for (const time of [6, 8]) {
    const { number } = await readJournal(directory, 0);
    const journal = new Journal(directory, plan, time - 2, number, quiet);
    journal.append(commit(time));
    journal.startFile(time);
    await journal.close();
  }
  expect(times(await readJournal(directory, 0))).toEqual([2, 4, 6, 8]);
  await dropJournal(directory, 6);
  expect(times(await readJournal(directory, 6))).toEqual([8]);
  await expect(readJournal(directory, 2)).rejects.toThrow("TP_STATE_CORRUPT");
});

test("what gathers while the disk is busy becomes durable together", async () => {
  const directory = await temporaryDirectory();
  const told: number[] = [];
  const journal: Journal = new Journal(directory, plan, 0, 0, {
    durable: () => told.push(journal.durableTime),
    failed: unexpected,
  });
  for (let i = 1; i <= 100; i++) journal.append(commit(2 * i));
  expect(journal.durableTime).toBe(0);
  await journal.close();
  expect(told).toEqual([200]);
  expect(times(await readJournal(directory, 0))).toHaveLength(100);
});

test("a file that is cut off at any byte gives the whole records before, and a later run goes on behind them", async () => {
  const directory = await temporaryDirectory();
  await journalOf(directory, 4);
  const file = await onlyFile(directory);
  const bytes = await readFile(file);
  const counts = new Set<number>();
  for (let length = 0; length <= bytes.length; length++) {
    await writeFile(file, bytes.subarray(0, length));
    const tail = await readJournal(directory, 0);
    const expected = [2, 4, 6, 8].slice(0, times(tail).length);
    expect(times(tail), `cut at ${length}`).toEqual(expected);
    counts.add(expected.length);
    if (length % 16 !== 0) continue;
    const next = new Journal(directory, plan, expected.at(-1) ?? 0, tail.number, quiet);
    next.append(commit(100));
    await next.close();
    expect(times(await readJournal(directory, 0)), `after a cut at ${length}`).toEqual([...expected, 100]);
    for (const name of await readdir(directory))
      if (join(directory, name) !== file) await rm(join(directory, name));
  }
  expect([...counts]).toEqual([0, 1, 2, 3, 4]);
});

test("a flipped bit is found: behind it nothing is believed, and what was durable makes it damage", async () => {
  const directory = await temporaryDirectory();
  await journalOf(directory, 4);
  const file = await onlyFile(directory);
  const bytes = await readFile(file);
  let damaged = 0;
  for (let bit = 0; bit < 8 * bytes.length; bit += 3) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    await writeFile(file, flipped);
    try {
      const tail = await readJournal(directory, 0);
      // Only the last record: no later one tells that it had been durable.
      expect(times(tail), `bit ${bit}`).toEqual([2, 4, 6]);
    } catch (error) {
      expect((error as { code: string }).code, `bit ${bit}`).toMatch(/^TP_STATE_(CORRUPT|FORMAT)$/);
      damaged++;
    }
  }
  expect(damaged).toBeGreaterThan(5 * bytes.length * (8 / 3 / 10));
});

test("a missing file in between is found", async () => {
  const directory = await temporaryDirectory();
  const journal = new Journal(directory, plan, 0, 0, quiet);
  for (const time of [2, 4, 6]) {
    journal.append(commit(time));
    journal.startFile(time);
  }
  await journal.close();
  const [, second] = (await readdir(directory)).sort();
  await rm(join(directory, second as string));
  await expect(readJournal(directory, 0)).rejects.toThrow("record 3 is missing");
});

test("of another format it is said so", async () => {
  const directory = await temporaryDirectory();
  await journalOf(directory, 1);
  const file = await onlyFile(directory);
  const bytes = await readFile(file);
  bytes[7] = 9;
  await writeFile(file, bytes);
  await expect(readJournal(directory, 0)).rejects.toThrow("TP_STATE_FORMAT: the journal has format 9");
});

test("what cannot be written is told once, and nothing counts as durable", async () => {
  const directory = join(await temporaryDirectory(), "gone");
  const failures: Error[] = [];
  const journal = new Journal(directory, plan, 0, 0, {
    durable() {},
    failed: (error) => failures.push(error),
  });
  journal.append(commit(2));
  await journal.close();
  expect(failures).toHaveLength(1);
  expect(journal.durableTime).toBe(0);
});

describe("whatever the bytes", () => {
  const seed = seedFrom("TOWPATH_FUZZ_SEED");

  test(`reading ends with records or with an error of ours (seed ${seed})`, async () => {
    const rng = new Rng(seed);
    const directory = join(await temporaryDirectory(), "journal");
    await mkdir(directory);
    await journalOf(directory, 6);
    const file = await onlyFile(directory);
    const bytes = await readFile(file);
    for (let i = 0; i < 500; i++) {
      await writeFile(file, mangled(rng, bytes));
      await readJournal(directory, 0).then(
        (tail) => expect(times(tail)).toEqual([2, 4, 6, 8, 10, 12].slice(0, times(tail).length)),
        (error) => expect(error.code).toMatch(/^TP_STATE_/),
      );
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

/** Bytes overwritten, taken out, put in or repeated. */
function mangled(rng: Rng, bytes: Buffer): Buffer {
  const at = rng.below(bytes.length);
  const length = rng.below(40);
  const noise = Buffer.from(Array.from({ length }, () => rng.below(256)));
  const before = bytes.subarray(0, at);
  switch (rng.below(4)) {
    case 0:
      return Buffer.concat([before, noise, bytes.subarray(at + length)]);
    case 1:
      return Buffer.concat([before, bytes.subarray(at + length)]);
    case 2:
      return Buffer.concat([before, noise, bytes.subarray(at)]);
    default:
      return Buffer.concat([before, bytes.subarray(rng.below(bytes.length))]);
  }
}
