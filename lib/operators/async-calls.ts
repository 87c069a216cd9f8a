import type { SourceSite } from "../base/source-site.ts";
import { enterCode, leaveCode, placeOf } from "../base/user-code.ts";
import { messageOf } from "../expressions/call-function.ts";
import type { AsyncApply } from "../expressions/node.ts";

/** What a call came to. */
export type CallOutcome = { readonly value: unknown } | { readonly failure: string; readonly cause: unknown };

/** Calls one function with bounded concurrency, time limits, retries and a memory of answers. */
export class AsyncCalls {
  readonly #fn: (...values: readonly unknown[]) => unknown;
  readonly #options: AsyncApply;
  readonly #queue: (() => void)[] = [];
  /** Where the queue begins: taking from the front of a long array costs as much as the array is long. */
  #queueStart = 0;
  /** By arguments: the answer, or the call that is under way. The least recently used first. */
  readonly #cache = new Map<string, Promise<CallOutcome> | CallOutcome>();
  #running = 0;
  readonly #place: number;

  constructor(fn: (...values: readonly unknown[]) => unknown, options: AsyncApply, site: SourceSite | null) {
    this.#fn = fn;
    this.#options = options;
    this.#place = placeOf("the function", site);
  }

  /** Whether answers are remembered, by the key that `call` is given. */
  get remembers(): boolean {
    return this.#options.cacheMax > 0;
  }

  /** Never rejects. Answers at once where the function does, or where the answer is known. */
  call(values: readonly unknown[], cacheKey: string): CallOutcome | Promise<CallOutcome> {
    if (this.#options.cacheMax === 0) return this.#begin(values);
    const known = this.#cache.get(cacheKey);
    const outcome = known ?? this.#begin(values);
    this.#remember(cacheKey, outcome);
    if (known === undefined && outcome instanceof Promise) {
      void outcome.then((settled) => {
        if (this.#cache.get(cacheKey) === outcome) this.#remember(cacheKey, settled);
      });
    }
    return outcome;
  }

  /** Failures are asked again. */
  #remember(key: string, outcome: Promise<CallOutcome> | CallOutcome): void {
    this.#cache.delete(key);
    if ("failure" in outcome) return;
    this.#cache.set(key, outcome);
    if (this.#cache.size <= this.#options.cacheMax) return;
    const [oldest] = this.#cache.keys();
    this.#cache.delete(oldest);
  }

  #begin(values: readonly unknown[]): CallOutcome | Promise<CallOutcome> {
    if (this.#running < this.#options.capacity) return this.#attempt(values, 0);
    return new Promise((resolve) => {
      this.#queue.push(() => resolve(this.#attempt(values, 0)));
    });
  }

  #attempt(values: readonly unknown[], number: number): CallOutcome | Promise<CallOutcome> {
    this.#running++;
    try {
      enterCode(this.#place);
      const value = this.#fn(...values);
      leaveCode();
      if (isThenable(value)) return this.#settled(value, values, number);
      this.#ended();
      return { value };
    } catch (error) {
      this.#ended();
      return this.#failed(error, values, number);
    }
  }

  async #settled(
    answer: PromiseLike<unknown>,
    values: readonly unknown[],
    number: number,
  ): Promise<CallOutcome> {
    let outcome: { readonly value: unknown } | { readonly error: unknown };
    try {
      outcome = { value: await within(answer, this.#options.timeoutMs) };
    } catch (error) {
      outcome = { error };
    }
    // The place is free before a pause, so that others need not wait for it.
    this.#ended();
    return "error" in outcome ? this.#failed(outcome.error, values, number) : outcome;
  }

  #failed(error: unknown, values: readonly unknown[], number: number): CallOutcome | Promise<CallOutcome> {
    const { retries, retryDelayMs } = this.#options;
    if (number >= retries) {
      const failure = `the function ${error instanceof LateAnswer ? error.message : `threw: ${messageOf(error)}`}`;
      return { failure, cause: error ?? new Error(`${error} was thrown`) };
    }
    return new Promise((resolve) => {
      setTimeout(
        () => {
          const again = (): void => resolve(this.#attempt(values, number + 1));
          if (this.#running < this.#options.capacity) again();
          else this.#queue.push(again);
        },
        retryDelayMs * 2 ** number,
      );
    });
  }

  #ended(): void {
    this.#running--;
    if (this.#queueStart === this.#queue.length) return;
    const next = this.#queue[this.#queueStart++];
    if (this.#queueStart > 1000 && 2 * this.#queueStart > this.#queue.length)
      this.#queueStart -= this.#queue.splice(0, this.#queueStart).length;
    next();
  }
}

/** A call that was not waited for any longer. */
class LateAnswer extends Error {}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

async function within(answer: PromiseLike<unknown>, timeoutMs: number | null): Promise<unknown> {
  if (timeoutMs === null) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LateAnswer(`did not answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
