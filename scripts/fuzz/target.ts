import { TowpathError } from "../../lib/errors.ts";
import type { Rng } from "../../test/support/rng.ts";
import type { Tally } from "./tally.ts";

/** Something that takes bytes from outside: one file in targets/, one line in targets/index.ts. */
export interface FuzzTarget {
  readonly name: string;
  /** The bytes of a case; the same generator makes the same ones. */
  make(rng: Rng): Uint8Array;
  /**
   * Takes any bytes. Refuses bad ones with a TowpathError, and throws anything else only where a promise is broken:
   * by the code that it calls, or because a check of its own fails.
   */
  run(bytes: Uint8Array): void | Promise<void>;
  /** Keeps a case that failed where tests find it, and returns the file; without it, its bytes go to the corpus. */
  keep?(bytes: Uint8Array, seed: number): string;
  /** What the cases since the last call were about. */
  takeTally?(): Tally;
  /** What its tally has seen, as the report calls it. */
  readonly seenAre?: string;
}

/** A case that takes more of the processor's time than this counts as one that hangs. */
export const CASE_MS_MAX = 5_000;

const prototypes = {
  Object: Object.prototype,
  Array: Array.prototype,
  Function: Function.prototype,
  String: String.prototype,
  Number: Number.prototype,
  Map: Map.prototype,
  Uint8Array: Uint8Array.prototype,
};

/** What must not change whatever comes in: names and values of what every object inherits. */
function prototypeState(): Map<string, unknown> {
  const state = new Map<string, unknown>();
  for (const [type, prototype] of Object.entries(prototypes)) {
    state.set(type, Object.getPrototypeOf(prototype));
    for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
      state.set(`${type}.${name}`, value ?? get);
  }
  return state;
}

const clean = prototypeState();

/** What became of prototypes, or null; puts back what was added, so that the next case starts clean. */
function pollution(): string | null {
  const now = prototypeState();
  const changed = [...now]
    .filter(([name, value]) => !Object.is(clean.get(name), value))
    .map(([name]) => name);
  if (changed.length === 0 && now.size === clean.size) return null;
  for (const [type, prototype] of Object.entries(prototypes))
    for (const name of Object.getOwnPropertyNames(prototype))
      if (!clean.has(`${type}.${name}`)) Reflect.deleteProperty(prototype, name);
  return `prototypes have changed: ${changed.join(", ") || "something is gone"}`;
}

/** Runs one case; returns what is wrong, or null. */
export async function problemOf(target: FuzzTarget, bytes: Uint8Array): Promise<string | null> {
  const before = process.cpuUsage();
  let problem: string | null = null;
  try {
    // Without an await where there is nothing to wait for: that is most cases.
    const running = target.run(bytes);
    if (running !== undefined) await running;
  } catch (error) {
    if (!(error instanceof TowpathError) || error.code === "TP_INTERNAL") {
      problem = error instanceof Error ? (error.stack ?? error.message) : `${String(error)} was thrown`;
    }
  }
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1000;
  return pollution() ?? problem ?? (ms > CASE_MS_MAX ? `took ${Math.round(ms)} ms` : null);
}

/** The seed of case n: cases are independent of each other, so that each can be made again alone. */
export function caseSeed(seed: number, n: number): number {
  return (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(n + 1, 0xc2b2ae35)) >>> 0;
}
