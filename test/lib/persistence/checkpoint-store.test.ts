import { copyFile, cp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StateReader, StateWriter } from "../../../lib/data/state.ts";
import { CheckpointStore } from "../../../lib/persistence/checkpoint-store.ts";
import { pageHash } from "../../../lib/persistence/page-hash.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const plan = { operators: {}, sources: {} };
const seed = seedFrom("TOWPATH_FUZZ_SEED");

/** In a page of its own for each of four versions. */
function changedAt(version: number): number {
  return (version % 4) * 4096;
}

/** State of several pages, of which `version` changes one, and a value. */
function save(writer: StateWriter, version: number): void {
  const counts = new Float64Array(20_000).map((_, i) => i * 3);
  counts[changedAt(version)] = -version;
  writer.array("counts", counts, 20_000 - version);
  writer.scope("inner").array(
    "slots",
    Int32Array.from({ length: 5_000 }, (_, i) => -i),
    5_000,
  );
  writer.value("version", version);
}

function check(reader: StateReader): number {
  const version = reader.value("version") as number;
  const counts = reader.float64("counts", 30_000);
  expect(counts).toHaveLength(30_000);
  expect(counts[changedAt(version)]).toBe(-version);
  expect(counts.subarray(0, 20_000 - version).every((n, i) => i === changedAt(version) || n === i * 3)).toBe(
    true,
  );
  expect(counts[20_000 - version]).toBe(0);
  expect(reader.scope("inner").int32("slots").at(-1)).toBe(-4_999);
  return version;
}

/** Takes checkpoints 1 … n in one run; returns what each has written, in bytes. */
async function take(directory: string, from: number, to: number): Promise<number[]> {
  const store = new CheckpointStore(directory, await pageHash());
  await (await store.find(() => {}))?.close();
  const written: number[] = [];
  for (let version = from; version <= to; version++) {
    await store.prepare();
    const capture = store.begin();
    save(capture.writer(), version);
    written.push((await store.write(capture, 10 * version, plan)).bytes);
  }
  await store.close();
  return written;
}

/** The version of the newest whole checkpoint, with everything in it held against what was saved; 0 without any. */
async function found(directory: string, log: string[] = []): Promise<number> {
  const checkpoint = await new CheckpointStore(directory, await pageHash()).find((line) => log.push(line));
  if (checkpoint === null) return 0;
  const version = check(checkpoint.image.reader());
  expect(checkpoint.manifest.time).toBe(10 * version);
  await checkpoint.close();
  return version;
}

async function newestFile(directory: string): Promise<string> {
  const [side] = (await readFile(join(directory, "current"), "utf8")).split(" ");
  return join(directory, side as string, "data.mdb");
}

test("gives back the newest, and writes only what its store does not have", async () => {
  const directory = await temporaryDirectory();
  expect(await found(directory)).toBe(0);
  const written = await take(directory, 1, 4);
  expect(written[0]).toBeGreaterThan(150_000);
  expect(written[1]).toBeGreaterThan(150_000);
  // The page that has changed since, the one that was changed then, and the short one at the end.
  expect(written[2]).toBeLessThan(5 * 33_000);
  expect(await found(directory)).toBe(4);
  await take(directory, 5, 5);
  expect(await found(directory)).toBe(5);
});

test("without the hint the newest is found too", async () => {
  const directory = await temporaryDirectory();
  await take(directory, 1, 3);
  await rm(join(directory, "current"));
  expect(await found(directory)).toBe(3);
  await writeFile(join(directory, "current"), "checkpoint-b 0\n");
  expect(await found(directory)).toBe(3);
});

test("a newest file that is cut short or gone falls back to the one before, and is told of", async () => {
  const directory = await temporaryDirectory();
  await take(directory, 1, 4);
  const file = await newestFile(directory);
  const { size } = await stat(file);
  for (const length of [0, 4096, 10_000, size - 4096]) {
    const copy = await temporaryDirectory();
    await cp(directory, copy, { recursive: true });
    await truncate(await newestFile(copy), Math.floor(length));
    const log: string[] = [];
    expect(await found(copy, log), `cut to ${length}`).toBe(
      length === size - 4096 && log.length === 0 ? 4 : 3,
    );
  }
  await rm(file);
  expect(await found(directory)).toBe(3);
});

test(`flipped bits are found wherever they matter (seed ${seed})`, { timeout: 120_000 }, async () => {
  const rng = new Rng(seed);
  const directory = await temporaryDirectory();
  await take(directory, 1, 4);
  const file = await newestFile(directory);
  const whole = await readFile(file);
  const seen = new Set<number>();
  for (let i = 0; i < 8; i++) {
    const bytes = Buffer.from(whole);
    for (let n = rng.between(1, 40); n > 0; n--) {
      // Where lmdb keeps its own order, and anywhere.
      const at = rng.chance(0.5)
        ? 4096 * rng.below(bytes.length / 4096) + rng.below(64)
        : rng.below(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << rng.below(8));
    }
    await writeFile(file, bytes);
    seen.add(await found(directory));
  }
  expect([...seen].every((version) => version === 4 || version === 3)).toBe(true);
  expect(seen.has(3)).toBe(true);
});

test(`whatever the bytes, nothing is loaded that was not saved (seed ${seed})`, {
  timeout: 120_000,
}, async () => {
  const rng = new Rng(seed);
  const directory = await temporaryDirectory();
  await take(directory, 1, 2);
  for (const side of ["checkpoint-a", "checkpoint-b"])
    await copyFile(join(directory, side, "data.mdb"), join(directory, `${side}.whole`));
  for (let i = 0; i < 5; i++) {
    for (const side of ["checkpoint-a", "checkpoint-b"]) {
      const bytes = await readFile(join(directory, `${side}.whole`));
      const from = rng.chance(0.3) ? 0 : rng.below(bytes.length);
      for (let at = from; at < Math.min(bytes.length, from + rng.between(1, 20_000)); at++)
        bytes[at] = rng.below(256);
      await writeFile(join(directory, side, "data.mdb"), bytes);
    }
    expect([0, 1, 2]).toContain(await found(directory));
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test("with both files damaged there is none, though there were some", async () => {
  const directory = await temporaryDirectory();
  await take(directory, 1, 2);
  for (const side of (await readdir(directory)).filter((name) => name.startsWith("checkpoint-"))) {
    await truncate(join(directory, side, "data.mdb"), 9_000);
  }
  const log: string[] = [];
  expect(await found(directory, log)).toBe(0);
  expect(log).toHaveLength(2);
  expect(new CheckpointStore(directory, await pageHash()).hasWritten).toBe(true);
});
