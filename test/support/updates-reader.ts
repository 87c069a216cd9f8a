/** Reads messages of updates without a broker, and keeps the table that they come to. */
import { inspect, isDeepStrictEqual } from "node:util";
import { updates } from "../../connectors/formats/updates.ts";
import { pointerText, readCell } from "../../lib/data/cell.ts";
import { ABSENT } from "../../lib/data/column.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { defaultCommitPolicy } from "../../lib/io/commit-policy.ts";
import type { PackedMessages } from "../../lib/io/parser.ts";
import type { SessionOptions } from "../../lib/io/session-options.ts";
import { updateColumns } from "../../lib/io/update-rows.ts";
import { UpdatesSession } from "../../lib/io/updates-session.ts";

export interface UpdateMessage {
  readonly payload: string | Buffer | null;
  readonly partition?: number;
  /** Left out: no header `tp-run`. */
  readonly run?: string;
  readonly part?: readonly [part: number | string, parts: number | string];
}

export interface ReadChange {
  readonly key: string;
  /** By column; columns that nobody needs are left out. */
  readonly row: Readonly<Record<string, unknown>>;
  readonly diff: number;
}

/** A message of records; each stands as it will stand in the array. */
export function message(
  run: string | undefined,
  records: readonly object[],
  more: Partial<UpdateMessage> = {},
): UpdateMessage {
  return { payload: JSON.stringify(records), ...(run === undefined ? {} : { run }), ...more };
}

export class UpdatesReader {
  readonly logs: string[] = [];
  readonly session: UpdatesSession;
  now = 1_000_000;
  /** The live rows by key. */
  readonly table = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #columns: Columns;
  readonly #offsets = new Map<number, number>();
  #time = 0;

  constructor(columns: Columns, options: Partial<SessionOptions> = {}) {
    this.#columns = columns;
    this.session = new UpdatesSession({
      parser: updates.parser.create(updateColumns(columns)),
      columns,
      needed: columns.map(() => true),
      primaryKey: null,
      policy: { ...defaultCommitPolicy, marker: null },
      onError: "fail",
      place: (partition) => `topic t, partition ${partition}`,
      log: (line) => this.logs.push(line),
      now: () => this.now,
      ...options,
    });
  }

  /** The commits that these messages hold, each consolidated, deletions first. */
  feed(...messages: readonly UpdateMessage[]): ReadChange[][] {
    this.session.feed(this.#pack(messages));
    const commits: ReadChange[][] = [];
    while (this.session.poll()) commits.push(this.#seal());
    return commits;
  }

  #seal(): ReadChange[] {
    this.#time += 2;
    const batch = this.session.seal(this.#time);
    const changes: ReadChange[] = [];
    const words = batch?.keys.words() ?? new Uint32Array(0);
    for (let i = 0; batch !== null && i < batch.length; i++) {
      const cells = this.#columns.flatMap(({ name, type }, c) =>
        batch.columns[c] === ABSENT ? [] : [[name, readCell(batch.columns[c], type, i)] as const],
      );
      const key = pointerText(new Uint8Array(words.buffer, words.byteOffset + 16 * i, 16));
      changes.push({ key, row: Object.fromEntries(cells), diff: batch.diffs?.[i] ?? 1 });
    }
    this.session.release();
    changes.sort((a, b) => a.diff - b.diff);
    for (const { key, row, diff } of changes) {
      const live = this.table.get(key);
      if (diff === 1 && live === undefined) this.table.set(key, row);
      else if (diff === -1 && isDeepStrictEqual(live, row)) this.table.delete(key);
      else throw new Error(`diff ${diff} of ${key} ${inspect(row)} over ${inspect(live)}`);
    }
    return changes;
  }

  #pack(messages: readonly UpdateMessage[]): PackedMessages {
    const payloads = messages.map(({ payload }) => Buffer.from(payload ?? ""));
    let end = 0;
    return {
      length: messages.length,
      bytes: Buffer.concat(payloads),
      ends: Uint32Array.from(payloads, (payload) => {
        end += payload.length;
        return end;
      }),
      nulls: Uint8Array.from(messages, ({ payload }) => (payload === null ? 1 : 0)),
      partitions: Int32Array.from(messages, ({ partition = 0 }) => partition),
      offsets: Float64Array.from(messages, ({ partition = 0 }) => this.#nextOffset(partition)),
      timestamps: null,
      keys: null,
      headers: (i) => headersOf(messages[i]),
    };
  }

  #nextOffset(partition: number): number {
    const offset = this.#offsets.get(partition) ?? 0;
    this.#offsets.set(partition, offset + 1);
    return offset;
  }
}

function headersOf({ run, part }: UpdateMessage): [string, Buffer][] {
  const headers: [string, Buffer][] = [["tp-commit", Buffer.from("0")]];
  if (run !== undefined) headers.push(["tp-run", Buffer.from(run)]);
  if (part !== undefined) {
    headers.push(["part", Buffer.from(String(part[0]))], ["parts", Buffer.from(String(part[1]))]);
  }
  return headers;
}
