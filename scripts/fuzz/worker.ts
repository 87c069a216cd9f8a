/** The process that runs cases: it may hang or die, and main.ts finds out by which. */
import { Rng } from "../../test/support/rng.ts";
import { messageOf, type TallyMessage } from "./tally.ts";
import { caseSeed, problemOf } from "./target.ts";
import { targetCalled } from "./targets/index.ts";

/** What main.ts asks for: cases [from, to) of a target, as many as fit a turn. */
export interface Turn {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

export interface TurnResult {
  /** The first case that was not run. */
  readonly next: number;
  readonly problems: readonly { readonly n: number; readonly problem: string }[];
  readonly tally: TallyMessage | null;
}

const TURN_MS = 500;

async function take({ target: name, seed, from, to }: Turn): Promise<TurnResult> {
  const target = targetCalled(name);
  if (target === undefined) throw new Error(`no target ${name}`);
  const until = performance.now() + TURN_MS;
  const problems: { n: number; problem: string }[] = [];
  let n = from;
  while (n < to && performance.now() < until) {
    const problem = await problemOf(target, target.make(new Rng(caseSeed(seed, n))));
    if (problem !== null) problems.push({ n, problem });
    n++;
  }
  const tally = target.takeTally === undefined ? null : messageOf(target.takeTally());
  return { next: n, problems, tally };
}

process.on("message", (turn: Turn) => {
  void take(turn).then((result) => process.send?.(result));
});
