import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { crashPoint } from "../base/crash-points.ts";
import { frameOf } from "./frames.ts";
import { JOURNAL_MAGIC, journalName, syncDirectory } from "./journal-files.ts";
import { encodeRecord, type JournalRecord } from "./journal-record.ts";
import type { StatePlan } from "./state-plan.ts";

export interface JournalEvents {
  /** Further records are durable. */
  durable(): void;
  /** Nothing more can be written. */
  failed(error: Error): void;
}

const { O_CREAT, O_TRUNC, O_WRONLY, O_DSYNC = 0 } = constants;
/** A write and its sync in one call, which runs on while the engine computes; where the system has none, in two. */
const WRITES_SYNC = O_DSYNC !== 0;
const MODE = O_CREAT | O_TRUNC | O_WRONLY | O_DSYNC;

/** A write that is due: records, or the beginning of a file. */
type Due = { readonly records: JournalRecord[] } | { readonly after: number };

/**
 * Writes the journal of a run. `append` never blocks; what gathers while the disk is busy is written and synced
 * together. All of a file is on disk before there is a next one. A record is durable once `durableTime` has reached its time.
 *
 * A file `<t>.journal` has the commits after time t. Each begins with the plan, so that it can be read by itself.
 */
export class Journal {
  readonly #directory: string;
  readonly #plan: StatePlan;
  readonly #events: JournalEvents;
  #due: Due[] = [];
  #file: FileHandle | null = null;
  #size = 0;
  /** How many of the file's bytes are on disk for certain. */
  #durableSize = 0;
  #number: number;
  #durableTime: number;
  #writing: Promise<void> | null = null;
  #failed = false;

  /** `after` is the time, `number` the number of the last record of earlier runs. */
  constructor(directory: string, plan: StatePlan, after: number, number: number, events: JournalEvents) {
    this.#directory = directory;
    this.#plan = plan;
    this.#events = events;
    this.#number = number;
    this.#durableTime = after;
    this.startFile(after);
  }

  /** Everything journalled with a time up to this one is on disk. */
  get durableTime(): number {
    return this.#durableTime;
  }

  /** A commit's record must be durable before anything of the commit leaves; a flushed one may be lost. */
  append(record: JournalRecord): void {
    if (record.kind === "commit") crashPoint("before-journal");
    const last = this.#due.at(-1);
    if (last !== undefined && "records" in last) last.records.push(record);
    else this.#due.push({ records: [record] });
    this.#write();
  }

  /** What is appended from now on goes to a file of its own: the commits after time `after`. */
  startFile(after: number): void {
    this.#due.push({ after });
    this.#write();
  }

  /** Resolves when everything appended so far is on disk, or cannot be written any more. */
  async drained(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async close(): Promise<void> {
    await this.drained();
    await this.#end();
  }

  #write(): void {
    if (this.#writing !== null || this.#failed) return;
    this.#writing = this.#writeDue()
      .catch((error: Error) => {
        this.#failed = true;
        this.#due = [];
        this.#events.failed(error);
      })
      .finally(() => {
        this.#writing = null;
      });
  }

  async #writeDue(): Promise<void> {
    for (let due = this.#due.shift(); due !== undefined; due = this.#due.shift()) {
      if ("after" in due) await this.#begin(due.after);
      else await this.#put(due.records);
    }
  }

  async #begin(after: number): Promise<void> {
    await this.#end();
    this.#file = await open(join(this.#directory, journalName(after, this.#number + 1)), MODE);
    await this.#file.write(JOURNAL_MAGIC);
    this.#size = JOURNAL_MAGIC.length;
    this.#durableSize = 0;
    await this.#put([{ kind: "plan", plan: this.#plan }]);
    await syncDirectory(this.#directory);
  }

  async #end(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (file === null) return;
    await file.close();
  }

  async #put(records: readonly JournalRecord[]): Promise<void> {
    const durable = this.#durableSize;
    const frames = records.map((record) => frameOf(encodeRecord(record), ++this.#number, durable));
    const bytes = frames.length === 1 ? frames[0] : Buffer.concat(frames);
    const file = this.#file as FileHandle;
    for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
    this.#size += bytes.length;
    if (!WRITES_SYNC) await file.datasync();
    this.#durableSize = this.#size;
    const last = records.findLast((record) => record.kind === "commit");
    if (last === undefined) return;
    this.#durableTime = last.time;
    crashPoint("after-journal");
    this.#events.durable();
  }
}
