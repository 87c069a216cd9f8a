import { parseArgs } from "node:util";

/** What every benchmark takes. */
export interface BenchOptions {
  readonly peers: readonly string[];
  readonly rows: number;
  readonly rounds: number;
  /** Fail when a ratio has fallen below the baseline's by more than 15 %. */
  readonly check: boolean;
  /** Keep the ratios as the new baseline. */
  readonly updateBaseline: boolean;
  /** Options of one benchmark alone, as written. */
  readonly own: Readonly<Record<string, string>>;
}

/** The command line; throws, with what is wrong in its message, for anything unknown. */
export function benchOptions(
  defaults: { rows: number; rounds?: number; own?: Readonly<Record<string, string>> },
  args: readonly string[] = process.argv.slice(2),
): BenchOptions {
  const own = defaults.own ?? {};
  const ownOptions = Object.entries(own).map(
    ([name, value]) => [name, { type: "string", default: value }] as const,
  );
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(ownOptions),
      peer: { type: "string", default: "" },
      rows: { type: "string", default: String(defaults.rows) },
      rounds: { type: "string", default: String(defaults.rounds ?? 3) },
      check: { type: "boolean", default: false },
      "update-baseline": { type: "boolean", default: false },
    },
  });
  return {
    peers: values.peer.split(",").filter((peer) => peer !== ""),
    rows: wholeNumber("--rows", values.rows),
    rounds: wholeNumber("--rounds", values.rounds),
    check: values.check,
    updateBaseline: values["update-baseline"],
    own: Object.fromEntries(
      Object.keys(own).map((name) => [name, String(values[name as keyof typeof values])]),
    ),
  };
}

/** A number of an option: 1 or more; underscores and commas may group its digits. */
export function wholeNumber(name: string, text: string): number {
  const value = Number(text.replaceAll(/[_,]/g, ""));
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`${name} takes a whole number above 0, not "${text}"`);
}
