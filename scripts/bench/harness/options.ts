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
}

/** The command line; throws, with what is wrong in its message, for anything unknown. */
export function benchOptions(
  defaults: { rows: number; rounds?: number },
  args: readonly string[] = process.argv.slice(2),
): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
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
  };
}

/** A number of an option: 1 or more; underscores and commas may group its digits. */
function wholeNumber(name: string, text: string): number {
  const value = Number(text.replaceAll(/[_,]/g, ""));
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`${name} takes a whole number above 0, not "${text}"`);
}
