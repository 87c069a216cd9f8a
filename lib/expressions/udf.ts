import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import { checkOptions } from "./call-builder.ts";

export interface UdfOptions {
  /**
   * Whether the same arguments always give the same result, so that `pw.apply` may call the function again for a
   * retraction instead of remembering what it returned. Default: false.
   */
  readonly deterministic?: boolean;
  /** Of `pw.applyAsync`: calls under way at once, over all rows and commits. Default: 1,024. */
  readonly capacity?: number;
  /** Of `pw.applyAsync`: how long one attempt may take, in milliseconds; then it has failed. Default: as long as it likes. */
  readonly timeoutMs?: number;
  /** Of `pw.applyAsync`: attempts after one that failed. Default: 0. */
  readonly retries?: number;
  /** Of `pw.applyAsync`: the pause before the first of them, in milliseconds; each further one is twice as long. Default: 100. */
  readonly retryDelayMs?: number;
  /** Remembers the results of the last so many different arguments; true: of 10,000. Failures are not remembered. Default: false. */
  readonly cache?: boolean | number;
}

interface Settled {
  readonly fn: (...values: unknown[]) => unknown;
  readonly settings: UdfOptions;
}

const DEFAULT_CACHE = 10_000;
const known = new WeakMap<object, Settled>();

/**
 * A function with what `pw.apply` and `pw.applyAsync` are to know of it. The result is called like the function itself.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for no function, an unknown option, or a number out of range.
 * @example
 * const countryOf = pw.udf(async (ip: string) => (await fetch(`https://geo.example/${ip}`)).text(), {
 *   capacity: 50, timeoutMs: 2_000, retries: 3, cache: true,
 * });
 * const visitors = visits.select({ country: pw.applyAsync(countryOf, visits.ip, { type: "str" }) });
 */
export function udf<F extends (...values: never[]) => unknown>(fn: F, options: UdfOptions): F {
  const site = userSite();
  checkIsFunction(fn, "udf", site);
  checkOptions("udf", options, [
    "deterministic",
    "capacity",
    "timeoutMs",
    "retries",
    "retryDelayMs",
    "cache",
  ]);
  checkWhole(options, "capacity", 1, site);
  checkWhole(options, "timeoutMs", 1, site);
  checkWhole(options, "retries", 0, site);
  checkWhole(options, "retryDelayMs", 0, site);
  if (typeof options.cache !== "boolean") checkWhole(options, "cache", 1, site);
  const called = (...values: never[]): unknown => fn(...values);
  Object.defineProperty(called, "name", { value: fn.name });
  known.set(called, { fn: fn as unknown as Settled["fn"], settings: { ...options } });
  return called as F;
}

/** The function itself and its settings; none for one that `udf` has not made. Throws TP_BAD_ARGUMENT for none. */
export function settingsOf(fn: unknown, call: string, site: SourceSite | null): Settled {
  checkIsFunction(fn, call, site);
  return known.get(fn) ?? { fn, settings: {} };
}

/** How many results are to be remembered. */
export function cacheSize({ cache = false }: UdfOptions): number {
  return typeof cache === "number" ? cache : cache ? DEFAULT_CACHE : 0;
}

function checkIsFunction(
  fn: unknown,
  call: string,
  site: SourceSite | null,
): asserts fn is (...values: unknown[]) => unknown {
  if (typeof fn === "function") return;
  throw new TowpathError(
    "TP_BAD_ARGUMENT",
    `${call} takes a function first, not ${fn === null ? "null" : typeof fn}`,
    {
      where: formatSite(site),
      hint: `For example pw.${call}((text) => text.trim(), ${call === "udf" ? "{ deterministic: true }" : "t.text"}).`,
    },
  );
}

function checkWhole(
  options: UdfOptions,
  name: keyof UdfOptions,
  least: number,
  site: SourceSite | null,
): void {
  const value = options[name];
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  throw new TowpathError("TP_BAD_ARGUMENT", `${name} of udf cannot be ${String(value)}`, {
    where: formatSite(site),
    hint: `A whole number, at least ${least}.`,
  });
}
