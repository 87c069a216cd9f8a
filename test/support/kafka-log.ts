/** Random logs of messages in partitions, and a Kafka source's own parts reading them without a broker. */

import { PartitionSlots } from "../../connectors/kafka/client/partition-slots.ts";
import type { AheadPartitions } from "../../connectors/kafka/ingest/ahead-partitions.ts";
import { createSession } from "../../connectors/kafka/read/create-session.ts";
import { MetadataWriter } from "../../connectors/kafka/read/metadata-column.ts";
import { KafkaHistory } from "../../connectors/kafka/read/source-history.ts";
import type { SourcePlan } from "../../connectors/kafka/read/source-plan.ts";
import type { Batch } from "../../lib/data/batch.ts";
import { pointerText, readCell } from "../../lib/data/cell.ts";
import { ABSENT } from "../../lib/data/column.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { stableJson } from "../../lib/data/value.ts";
import type { PackedBytes, PackedMessages } from "../../lib/io/parser.ts";
import type { Session } from "../../lib/io/session.ts";
import type { JournalledCommit } from "../../lib/io/source.ts";
import { Checkpoint } from "./checkpoint.ts";
import type { Rng } from "./rng.ts";

export interface LogMessage {
  readonly offset: number;
  readonly value: string | null;
  readonly key?: string | null;
  readonly headers?: readonly (readonly [string, string])[];
}

export const TOPIC = "log";

/** A commit as it was made: consolidated rows as text. */
export interface MadeCommit {
  readonly time: number;
  readonly range: unknown;
  readonly rows: readonly string[];
}

/** Reads a log's partitions, some messages at a time, in an order of its own. */
export class LogReader {
  readonly history: KafkaHistory;
  readonly sent: string[] = [];
  readonly #plan: SourcePlan;
  readonly #log: readonly (readonly LogMessage[])[];
  readonly #rng: Rng;
  readonly #slots = new PartitionSlots();
  readonly #session: Session;
  readonly #paused = new Set<number>();
  /** By slot: the index of the message that is read next. */
  readonly #at: number[] = [];
  #finishing = false;

  constructor(plan: SourcePlan, log: readonly (readonly LogMessage[])[], rng: Rng) {
    this.#plan = plan;
    this.#log = log;
    this.#rng = rng;
    const note = (slot: number, ahead: boolean): void => {
      if (ahead) this.#paused.add(slot);
      else this.#paused.delete(slot);
    };
    const ahead = { note } as unknown as AheadPartitions;
    this.#session = createSession(
      plan,
      plan.columns.map(() => true),
      {
        slots: this.#slots,
        metadata: new MetadataWriter(this.#slots),
        ahead,
        letters: {
          topic: "dead",
          send: (messages, i) => {
            this.sent.push(`${this.#slots.at(messages.partitions[i]).partition}/${messages.offsets[i]}`);
          },
        },
        log: () => {},
        list: () => {},
      },
    );
    this.history = new KafkaHistory([TOPIC], this.#slots, this.#session, () => {});
  }

  open(): void {
    for (const partition of this.#rng.shuffled(this.#log.map((_, i) => i))) {
      const position = this.history.resumed(TOPIC, partition)?.position ?? 0;
      const known = this.#slots.find(TOPIC, partition);
      const slot = known < 0 ? this.#slots.add(TOPIC, partition) : known;
      this.history.begin(slot, position);
      this.#session.assign(slot);
      const next = this.#log[partition].findIndex(({ offset }) => offset >= position);
      this.#at[slot] = next < 0 ? this.#log[partition].length : next;
    }
  }

  /** The next commit; null at the end of all partitions. */
  next(time: number): MadeCommit | null {
    while (!this.#poll()) {
      if (this.#finishing) return null;
      const messages = this.#take();
      if (messages !== null) this.#session.feed(messages);
      else this.#finishing = true;
    }
    const batch = this.#session.seal(time);
    this.history.sealed();
    const range = JSON.parse(JSON.stringify(this.history.range())) as unknown;
    const rows = batch === null ? [] : rowsOf(batch, this.#plan.columns);
    this.#session.release();
    return { time, range, rows };
  }

  save(previous: Checkpoint | null): Checkpoint {
    const checkpoint = new Checkpoint(previous);
    this.history.save(checkpoint.writer());
    return checkpoint;
  }

  resume(checkpoint: Checkpoint | null, commits: readonly JournalledCommit[]): void {
    this.history.resume(checkpoint?.reader() ?? null, commits);
  }

  #poll(): boolean {
    return this.#session.poll() || (this.#finishing && this.#session.finish());
  }

  #take(): PackedMessages | null {
    const open = this.#slots
      .all()
      .flatMap(({ partition }, slot) => (this.#at[slot] < this.#log[partition].length ? [slot] : []));
    if (open.length === 0) return null;
    const running = open.filter((slot) => !this.#paused.has(slot));
    if (running.length === 0 && this.#session.isReplaying) throw new Error("all partitions are paused");
    // A source pauses late, and with scope aligned a partition that has ended holds up the others.
    const from = running.length === 0 || this.#rng.chance(0.2) ? open : running;
    const taken: { slot: number; message: LogMessage }[] = [];
    for (let left = this.#rng.between(1, 12); left > 0; left--) {
      const slot = this.#rng.pick(from);
      const message = this.#log[this.#slots.at(slot).partition][this.#at[slot]];
      if (message === undefined) continue;
      this.#at[slot]++;
      taken.push({ slot, message });
    }
    return packed(taken);
  }
}

function packed(taken: readonly { slot: number; message: LogMessage }[]): PackedMessages {
  return {
    length: taken.length,
    ...packedBytes(taken.map(({ message }) => message.value)),
    partitions: Int32Array.from(taken, ({ slot }) => slot),
    offsets: Float64Array.from(taken, ({ message }) => message.offset),
    timestamps: null,
    keys: packedBytes(taken.map(({ message }) => message.key ?? null)),
    headers: (i) => (taken[i].message.headers ?? []).map(([name, value]) => [name, Buffer.from(value)]),
  };
}

function packedBytes(parts: readonly (string | null)[]): PackedBytes {
  const buffers = parts.map((part) => Buffer.from(part ?? ""));
  let used = 0;
  return {
    bytes: Buffer.concat(buffers),
    ends: Uint32Array.from(buffers, ({ length }) => {
      used += length;
      return used;
    }),
    nulls: parts.includes(null) ? Uint8Array.from(parts, (part) => (part === null ? 1 : 0)) : null,
  };
}

/** The batch's rows with their diffs, consolidated and in order. */
export function rowsOf(batch: Batch, columns: Columns): string[] {
  const totals = new Map<string, number>();
  const words = batch.keys.words();
  for (let row = 0; row < batch.length; row++) {
    const cells = columns.map(({ type }, i) =>
      batch.columns[i] === ABSENT ? null : readCell(batch.columns[i], type, row),
    );
    const key = pointerText(new Uint8Array(words.buffer, words.byteOffset + 16 * row, 16));
    const text = `${key} ${stableJson(cells)}`;
    totals.set(text, (totals.get(text) ?? 0) + (batch.diffs?.[row] ?? 1));
  }
  return [...totals]
    .flatMap(([text, diff]) => (diff === 0 ? [] : [`${diff > 0 ? "+" : ""}${diff} ${text}`]))
    .sort();
}

/** What commits come to. */
export function sumOf(commits: readonly MadeCommit[]): string[] {
  const totals = new Map<string, number>();
  for (const row of commits.flatMap(({ rows }) => rows)) {
    const at = row.indexOf(" ");
    const text = row.slice(at + 1);
    totals.set(text, (totals.get(text) ?? 0) + Number(row.slice(0, at)));
  }
  return [...totals].flatMap(([text, diff]) => (diff === 0 ? [] : [`${diff} ${text}`])).sort();
}
