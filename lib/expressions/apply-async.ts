import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import type { JsType, TypeText } from "../data/js-type.ts";
import { TowpathError } from "../errors.ts";
import { Expression, toNode } from "./expression.ts";
import { functionArguments, resultType } from "./function-arguments.ts";
import type { AsyncApply } from "./node.ts";
import type { Dynamic, NamesRead, Operand, Returned, ValuesOf } from "./types.ts";
import { cacheSize, settingsOf, type UdfOptions } from "./udf.ts";

const DEFAULT_CAPACITY = 1024;
const DEFAULT_RETRY_DELAY_MS = 100;
const DEFAULT_BATCH_ROWS = 1024;

export interface ApplyAsyncOptions<K extends TypeText = TypeText> {
  /** The column type of the result, with `?` where the function may give null or undefined. Default: dynamic. */
  readonly type?: K;
}

export interface ApplyBatchOptions<K extends TypeText = TypeText> extends ApplyAsyncOptions<K> {
  /** The most rows that one call is given. Default: 1,024. */
  readonly batchRowsMax?: number;
}

/**
 * Calls a function that may answer later, once a row, with the values of the operands. Calls of one commit, and of later
 * ones, run side by side (`capacity` of `pw.udf`, 1,024 if not said); commits still leave in order and whole, each when
 * all of its answers are there. A call that throws, rejects, takes longer than `timeoutMs` or gives another type than
 * declared is a failed cell, when its `retries` are used up. Types of results as in `pw.apply`.
 *
 * An answer is remembered as long as its row is there, beside the row and in checkpoints, so that a retraction carries
 * what was inserted; where rows cannot be retracted nothing is remembered. A checkpoint waits until no call is under way.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for no function or an unknown option; where it stands inside `pw.ifElse` or another
 * function that computes an operand for some rows only (put it into a column of its own first).
 * @example orders.withColumns({ rate: pw.applyAsync(rateOf, orders.currency, { type: "float" }) })
 */
export function applyAsync<const E extends readonly Operand[], R>(
  fn: (...values: ValuesOf<E>) => R | PromiseLike<R>,
  ...args: E
): Expression<Dynamic<R>, NamesRead<E[number]>>;
export function applyAsync<const E extends readonly Operand[], K extends TypeText>(
  fn: (...values: ValuesOf<E>) => Returned<K> | PromiseLike<Returned<K>>,
  ...args: [...E, ApplyAsyncOptions<K> & { readonly type: K }]
): Expression<JsType<K>, NamesRead<E[number]>>;
export function applyAsync(
  fn: (...values: never[]) => unknown,
  ...args: readonly unknown[]
): Expression<unknown, string> {
  const site = userSite();
  const { operands, options } = functionArguments("applyAsync", args, ["type"], site);
  return asyncCall("applyAsync", fn, operands, options.type, null, site);
}

/**
 * Calls a function with many rows at once: it is given a list of the operands' values, row by row, and gives a list of
 * as many results, at once or later. A list holds rows of one commit, `batchRowsMax` at most. Everything else is as in
 * `applyAsync`; if the function fails, or gives a list of another length, the cells of all of its rows fail.
 *
 * @throws TowpathError TP_BAD_ARGUMENT as `applyAsync`, and for a function with a cache.
 * @example
 * const embed = pw.udf(async (rows: [string][]) => model.embed(rows.map(([text]) => text)), { retries: 2 });
 * const vectors = texts.select({ vector: pw.applyBatch(embed, texts.text, { batchRowsMax: 64 }) });
 */
export function applyBatch<const E extends readonly Operand[], R>(
  fn: (rows: ValuesOf<E>[]) => readonly R[] | PromiseLike<readonly R[]>,
  ...args: E
): Expression<Dynamic<R>, NamesRead<E[number]>>;
export function applyBatch<const E extends readonly Operand[], K extends TypeText>(
  fn: (rows: ValuesOf<E>[]) => readonly Returned<K>[] | PromiseLike<readonly Returned<K>[]>,
  ...args: [...E, ApplyBatchOptions<K> & { readonly type: K }]
): Expression<JsType<K>, NamesRead<E[number]>>;
export function applyBatch<const E extends readonly Operand[], R>(
  fn: (rows: ValuesOf<E>[]) => readonly R[] | PromiseLike<readonly R[]>,
  ...args: [...E, { readonly batchRowsMax: number }]
): Expression<Dynamic<R>, NamesRead<E[number]>>;
export function applyBatch(
  fn: (...values: never[]) => unknown,
  ...args: readonly unknown[]
): Expression<unknown, string> {
  const site = userSite();
  const { operands, options } = functionArguments("applyBatch", args, ["type", "batchRowsMax"], site);
  const { type, batchRowsMax = DEFAULT_BATCH_ROWS } = options;
  if (!(Number.isSafeInteger(batchRowsMax) && (batchRowsMax as number) > 0))
    throw refused(
      `batchRowsMax of applyBatch cannot be ${String(batchRowsMax)}`,
      "A whole number above 0.",
      site,
    );
  const { settings } = settingsOf(fn, "applyBatch", site);
  if (cacheSize(settings) > 0)
    throw refused("applyBatch was given a function with a cache", "Lists of rows seldom come again.", site);
  return asyncCall("applyBatch", fn, operands, type, batchRowsMax as number, site);
}

function asyncCall(
  call: string,
  given: unknown,
  operands: readonly unknown[],
  type: unknown,
  batchRowsMax: number | null,
  site: SourceSite | null,
): Expression<unknown, string> {
  const { fn, settings } = settingsOf(given, call, site);
  return new Expression({
    kind: "apply",
    fn,
    args: operands.map(toNode),
    deterministic: false,
    asynchronous: asynchronous(settings, batchRowsMax),
    type: resultType(call, type, site),
    site,
  });
}

/** How a function with these settings is called. */
export function asynchronous(settings: UdfOptions, batchRowsMax: number | null): AsyncApply {
  return {
    capacity: settings.capacity ?? DEFAULT_CAPACITY,
    timeoutMs: settings.timeoutMs ?? null,
    retries: settings.retries ?? 0,
    retryDelayMs: settings.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS,
    cacheMax: cacheSize(settings),
    batchRowsMax,
  };
}

function refused(detail: string, hint: string, site: SourceSite | null): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", detail, { where: formatSite(site), hint });
}
