import { deserialize, serialize } from "node:v8";
import { Map as ImmutableMap } from "immutable";
import { formatSite, type SourceSite } from "../base/source-site.ts";
import type { Batch } from "../data/batch.ts";
import { pointerText } from "../data/cell.ts";
import { rowObject } from "../data/row-object.ts";
import type { Columns } from "../data/schema.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { TowpathError } from "../errors.ts";
import type { Sink, SinkContext, SinkStats } from "../io/sink.ts";

/** Told of a version and its time. */
type Listener<R> = (current: ImmutableMap<string, R>, time: number) => unknown;

/**
 * The versions of a table, one a commit. Each shares with the one before what did not change (a hash trie), so that a
 * commit costs its changes. A commit that cannot be taken leaves the last version as it is and ends the run.
 */
export class Snapshots<R> implements Sink {
  readonly name: string;
  readonly full = false;
  /** The map lives in this process: after a restart it is made again from the checkpoint on. */
  readonly isView = true;
  readonly #columns: Columns;
  readonly #site: SourceSite | null;
  /** By a number of their own, so that one function can be subscribed twice. */
  readonly #listeners = new Map<symbol, Listener<R>>();
  #context: SinkContext | null = null;
  #current = ImmutableMap<string, R>();
  #time: number | null = null;
  #failed = false;
  #changes = 0;
  #latencyMs: number | null = null;

  constructor(name: string, columns: Columns, site: SourceSite | null) {
    this.name = name;
    this.#columns = columns;
    this.#site = site;
  }

  get current(): ImmutableMap<string, R> {
    return this.#current;
  }

  get time(): number | null {
    return this.#time;
  }

  subscribe(listener: Listener<R>): () => void {
    const id = Symbol("subscription");
    this.#listeners.set(id, listener);
    return () => {
      this.#listeners.delete(id);
    };
  }

  async open(context: SinkContext): Promise<void> {
    this.#context = context;
  }

  write(batch: Batch, order: Uint32Array): void {
    if (this.#failed) return;
    const collision = { key: "" };
    const next = this.#current.withMutations((rows) => {
      for (let i = 0; i < order.length && collision.key === ""; i++) {
        if (!this.#apply(rows, batch, order[i])) collision.key = keyText(batch, order[i]);
      }
    });
    if (collision.key !== "") {
      this.#fail(this.#collision(collision.key));
      return;
    }
    this.#current = next;
    this.#time = batch.time;
    this.#changes += order.length;
    this.#latencyMs = Math.max(0, Date.now() - batch.time);
  }

  /** All outputs of the graph have the commit now: whoever is told may look at other tables too. */
  endTime(time: number): void {
    if (this.#time !== time || this.#failed) return;
    for (const [id, listener] of [...this.#listeners]) {
      // One that an earlier call has just ended is not called any more.
      if (this.#listeners.has(id)) this.#tell(listener, time);
    }
  }

  async flush(): Promise<void> {}

  save(writer: StateWriter): void {
    const bytes = serialize([...this.#current]);
    writer.array("rows", bytes, bytes.length);
    writer.value("time", this.#time);
  }

  load(reader: StateReader): void {
    const rows = deserialize(reader.uint8("rows")) as [string, R][];
    this.#current = ImmutableMap(rows.map(([key, row]) => [key, Object.freeze(row)]));
    this.#time = reader.value("time") as number | null;
  }

  stats(): SinkStats {
    return { changes: this.#changes, lastTime: this.#time, latencyMs: this.#latencyMs };
  }

  async close(): Promise<void> {}

  /** Returns false where the table would have two rows of one key, which a map cannot hold. */
  #apply(rows: ImmutableMap<string, R>, batch: Batch, row: number): boolean {
    const diff = batch.diffs === null ? 1 : batch.diffs[row];
    const key = keyText(batch, row);
    if (diff === -1) {
      rows.delete(key);
      return true;
    }
    if (diff !== 1 || rows.has(key)) return false;
    rows.set(key, Object.freeze(rowObject(batch, this.#columns, row)) as R);
    return true;
  }

  #tell(listener: Listener<R>, time: number): void {
    try {
      const result = listener(this.#current, time);
      if (result instanceof Promise) result.catch((error: unknown) => this.#fail(this.#thrown(error)));
    } catch (error) {
      this.#fail(this.#thrown(error));
    }
  }

  #fail(error: TowpathError): void {
    this.#failed = true;
    this.#context?.fail(error);
  }

  #thrown(cause: unknown): TowpathError {
    const what = cause instanceof Error ? cause.message : String(cause);
    const detail = `a function subscribed to a materialized table threw: ${what}`;
    return new TowpathError("TP_FUNCTION_FAILED", detail, { where: formatSite(this.#site), cause });
  }

  #collision(key: string): TowpathError {
    return new TowpathError("TP_KEY_COLLISION", `a materialized table has two rows of the key ${key}`, {
      where: formatSite(this.#site),
      hint: "Give its rows keys of their own: a.concatReindex(b) instead of a.concat(b).",
    });
  }
}

function keyText(batch: Batch, row: number): string {
  const { buffer, byteOffset } = batch.keys.words();
  return pointerText(new Uint8Array(buffer, byteOffset + 16 * row, 16));
}
