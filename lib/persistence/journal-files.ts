import { open, readdir, readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { TowpathError } from "../errors.ts";
import { scanFrames } from "./frames.ts";
import { decodeRecord, type JournalRecord } from "./journal-record.ts";

/** A journal file begins with this; the last byte is the version of the format. */
export const JOURNAL_MAGIC = Buffer.from("TPJRNL\0\x01", "latin1");

const EXTENSION = ".journal";

/** Of the file of the commits after time `after` whose first record has this number: no two files share a name. */
export function journalName(after: number, number: number): string {
  return `${digits(after)}-${digits(number)}${EXTENSION}`;
}

function digits(n: number): string {
  return String(n).padStart(16, "0");
}

/** A journal file by the time that its commits come after. */
export interface JournalFile {
  readonly path: string;
  readonly after: number;
}

/** What earlier runs have journalled after some time. */
export interface JournalTail {
  readonly records: readonly JournalRecord[];
  /** The number of the last record there is. */
  readonly number: number;
}

/** In the order of their times. */
async function journalFiles(directory: string): Promise<JournalFile[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{16}-\d{16}\.journal$/.test(name));
  return names.sort().map((name) => ({ path: join(directory, name), after: Number.parseInt(name, 10) }));
}

/** Whether the journal has all commits since the first. */
export async function isComplete(directory: string): Promise<boolean> {
  const [first] = await journalFiles(directory);
  return first?.after === 0;
}

/** Removes the files whose commits are all at or before `time`. */
export async function dropJournal(directory: string, time: number): Promise<void> {
  const files = await journalFiles(directory);
  const last = files.findLastIndex(({ after }) => after <= time);
  for (const { path } of files.slice(0, Math.max(0, last))) await rm(path);
}

/**
 * The records of the commits after `time`. What a crash has torn is cut off. Throws TP_STATE_CORRUPT where something
 * that was durable is not whole or missing. `time` null: all that is there, and nothing is changed.
 */
export async function readJournal(directory: string, time: number | null): Promise<JournalTail> {
  const files = await journalFiles(directory);
  const since = time ?? files.at(0)?.after ?? 0;
  const first = Math.max(
    0,
    files.findLastIndex(({ after }) => after <= since),
  );
  const records: JournalRecord[] = [];
  let number = 0;
  for (const [i, file] of files.entries()) {
    if (i < first) continue;
    const read = await readFileOf(file, i === files.length - 1, time !== null);
    for (const { record, at } of read) {
      if (number !== 0 && at !== number + 1) throw damaged(file.path, `record ${number + 1} is missing`);
      number = at;
      records.push(record);
    }
  }
  if (files.length > 0 && files[0].after > since) {
    throw damaged(files[0].path, `the commits between ${since} and ${files[0].after} are missing`);
  }
  return { records: records.filter((record) => !("time" in record) || record.time > since), number };
}

async function readFileOf(
  { path }: JournalFile,
  isLast: boolean,
  mayCut: boolean,
): Promise<{ readonly record: JournalRecord; readonly at: number }[]> {
  const bytes = await readFile(path);
  const head = bytes.subarray(0, JOURNAL_MAGIC.length);
  if (bytes.length < JOURNAL_MAGIC.length) {
    // The process died between making the file and writing to it.
    if (isLast && JOURNAL_MAGIC.subarray(0, bytes.length).equals(head)) return [];
    throw damaged(path, "its head is missing");
  }
  if (!head.equals(JOURNAL_MAGIC)) throw unknownHead(path, head);
  const { frames, end, rest } = scanFrames(bytes, JOURNAL_MAGIC.length);
  if (rest === "damaged") throw damaged(path, `what was written at byte ${end} is not whole`);
  if (rest === "torn" && mayCut) await truncate(path, end);
  return frames.map(({ payload, number }) => {
    const record = decodeRecord(payload);
    if (record === null) throw damaged(path, `record ${number} is none of the journal's`);
    return { record, at: number };
  });
}

function unknownHead(path: string, head: Buffer): TowpathError {
  const known = JOURNAL_MAGIC.subarray(0, -1);
  if (!head.subarray(0, -1).equals(known)) return damaged(path, "its head is not whole");
  const version = head[head.length - 1];
  return new TowpathError("TP_STATE_FORMAT", `the journal has format ${version}, this version reads 1`, {
    where: path,
    hint: "Run the version of Towpath that wrote it, or start afresh.",
  });
}

function damaged(path: string, what: string): TowpathError {
  return new TowpathError("TP_STATE_CORRUPT", `the journal is damaged: ${what}`, {
    where: path,
    hint: "Restore the directory from a copy, or start afresh: npx towpath state PATH --clear.",
  });
}

/** Makes names in a directory as durable as the files' contents. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
