import { formatSite, type SourceSite } from "../../lib/base/source-site.ts";
import { enterCode, leaveCode, placeOf } from "../../lib/base/user-code.ts";
import type { Batch } from "../../lib/data/batch.ts";
import { KEY_WORDS, Keys } from "../../lib/data/keys.ts";
import { ROWS_AT_ONCE, RowFactory } from "../../lib/data/row-factory.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { Sink, SinkContext, SinkStats } from "../../lib/io/sink.ts";
import { Change } from "./change.ts";

/** A function of the script; what it returns is awaited where it is a promise. */
export type Callback<A extends readonly unknown[]> = (...args: A) => unknown;

export interface Callbacks<R> {
  readonly onChange?: Callback<[change: Change<R>]>;
  readonly onTimeEnd?: Callback<[time: number]>;
  readonly onEnd?: Callback<[]>;
}

/**
 * Hands changes to functions of the script, one call after the other. While a call's promise is open, what follows
 * waits in a queue and the sink says that it is full: so at most the rest of one commit is held.
 */
export class Subscription<R> implements Sink {
  readonly name: string;
  readonly #rows: RowFactory;
  readonly #callbacks: Callbacks<R>;
  readonly #site: SourceSite | null;
  readonly #place: number;
  /** Changes, and the times that end, in order. */
  #queue: (Change<R> | number)[] = [];
  #at = 0;
  #isOpen = false;
  /** The time of what the open call was given. */
  #openTime = 0;
  #failure: TowpathError | null = null;
  #context: SinkContext | null = null;
  #settled: (() => void)[] = [];
  #changes = 0;
  #lastTime: number | null = null;
  #latencyMs: number | null = null;
  #ended = false;

  constructor(name: string, columns: Columns, callbacks: Callbacks<R>, site: SourceSite | null) {
    this.name = name;
    this.#rows = new RowFactory(columns);
    this.#callbacks = callbacks;
    this.#site = site;
    this.#place = placeOf("a function of pw.subscribe", site);
  }

  async open(context: SinkContext): Promise<void> {
    this.#context = context;
  }

  write(batch: Batch, order: Uint32Array): void {
    if (this.#callbacks.onChange !== undefined) this.#writeChanges(batch, order);
    this.#changes += order.length;
    this.#lastTime = batch.time;
    this.#latencyMs = Math.max(0, Date.now() - batch.time);
  }

  endTime(time: number): void {
    if (this.#callbacks.onTimeEnd !== undefined) this.#offer(time);
  }

  get full(): boolean {
    return this.#isOpen;
  }

  get deliveredUpTo(): number {
    return this.#isOpen ? this.#openTime - 1 : Number.POSITIVE_INFINITY;
  }

  async flush(): Promise<void> {
    if (this.#isOpen) await new Promise<void>((resolve) => this.#settled.push(resolve));
    if (this.#failure !== null) throw this.#failure;
  }

  async end(): Promise<void> {
    const { onEnd } = this.#callbacks;
    if (this.#ended || onEnd === undefined) return;
    this.#ended = true;
    try {
      await onEnd();
    } catch (error) {
      throw this.#failed("onEnd", error);
    }
  }

  stats(): SinkStats {
    return { changes: this.#changes, lastTime: this.#lastTime, latencyMs: this.#latencyMs };
  }

  async close(): Promise<void> {
    this.#queue = [];
  }

  #writeChanges(batch: Batch, order: Uint32Array): void {
    const { diffs, time } = batch;
    // A change may be kept, and its key be asked for, long after the batch has gone.
    const keys = batch.keys.isLasting
      ? batch.keys
      : Keys.of(batch.keys.words().slice(0, KEY_WORDS * batch.length));
    for (let from = 0; from < order.length; from += ROWS_AT_ONCE) {
      const to = Math.min(order.length, from + ROWS_AT_ONCE);
      const rows = this.#rows.make(batch, order, from, to) as R[];
      for (let i = from; i < to; i++) {
        const at = order[i];
        this.#offer(new Change(keys, at, rows[i - from], time, diffs === null ? 1 : diffs[at]));
      }
    }
  }

  #offer(item: Change<R> | number): void {
    if (this.#isOpen) this.#queue.push(item);
    else this.#deliver(item);
  }

  /** Calls the script; throws what it throws. Where it returns a promise, what comes next waits for that. */
  #deliver(item: Change<R> | number): void {
    if (this.#failure !== null) throw this.#failure;
    const name = typeof item === "number" ? "onTimeEnd" : "onChange";
    let result: unknown;
    enterCode(this.#place);
    try {
      result =
        typeof item === "number" ? this.#callbacks.onTimeEnd?.(item) : this.#callbacks.onChange?.(item);
    } catch (error) {
      this.#failure = this.#failed(name, error);
      throw this.#failure;
    }
    leaveCode();
    if (!isThenable(result)) return;
    this.#isOpen = true;
    this.#openTime = typeof item === "number" ? item : item.time;
    Promise.resolve(result).then(
      () => this.#resume(),
      (error) => this.#stop(this.#failed(name, error)),
    );
  }

  #resume(): void {
    this.#isOpen = false;
    try {
      while (!this.#isOpen && this.#at < this.#queue.length) this.#deliver(this.#queue[this.#at++]);
    } catch (error) {
      this.#stop(error as TowpathError);
      return;
    }
    if (this.#isOpen) return;
    this.#settle();
    this.#context?.wake();
  }

  #stop(error: TowpathError): void {
    this.#failure ??= error;
    this.#isOpen = false;
    this.#settle();
    this.#context?.fail(this.#failure);
  }

  #settle(): void {
    this.#queue = [];
    this.#at = 0;
    for (const resolve of this.#settled.splice(0)) resolve();
  }

  #failed(name: string, cause: unknown): TowpathError {
    const detail = `${name} of pw.subscribe threw: ${cause instanceof Error ? cause.message : String(cause)}`;
    return new TowpathError("TP_FUNCTION_FAILED", detail, { where: formatSite(this.#site), cause });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
