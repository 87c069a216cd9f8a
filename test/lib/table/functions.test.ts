import { describe, expect, test } from "vitest";
import { apply } from "../../../lib/expressions/apply.ts";
import { fillError } from "../../../lib/expressions/conditionals.ts";
import type { PlanNode } from "../../../lib/plan/node.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { schema } from "../../../lib/table/schema.ts";
import type { Table } from "../../../lib/table/table.ts";
import { nodeOf } from "../../../lib/table/table.ts";
import { EngineRun } from "../../support/engine-run.ts";
import { outputSpec, tableOf } from "./tables.ts";

const Rows = schema({ g: "str", n: "int" });

type Change = readonly [number: number, row: readonly [g: string, n: number], diff: 1 | -1];

/** Runs a table of a function of one source; what came out, how often it was called, and what is kept at the end. */
function run(
  appendOnly: boolean,
  make: (t: Table<{ g: string; n: number }>, fn: (n: number) => number) => object,
  commits: readonly (readonly Change[])[],
) {
  return graph(() => {
    let calls = 0;
    const t = tableOf(Rows, appendOnly);
    const table = make(t, () => ++calls);
    const engine = new EngineRun([addOutput(table, outputSpec) as PlanNode], [nodeOf(t)]);
    const written = commits.map((commit, i) => {
      const changes = commit.map(([number, row, diff]) => ({
        key: Uint32Array.of(number, 0, 0, 0),
        row,
        diff,
      }));
      const [changed = []] = engine.step(2 * (i + 1), [changes]);
      return changed.map(({ row, diff }) => `${diff > 0 ? "+" : "-"}${row.join()}`);
    });
    return { written, calls, kept: engine.stateSize };
  });
}

describe("results of functions", () => {
  const numbered =
    (deterministic: boolean) => (t: Table<{ g: string; n: number }>, fn: (n: number) => number) =>
      t.select({ n: t.n, call: apply(fn, t.n, { type: "int", deterministic }) });
  const come: readonly Change[] = [
    [1, ["a", 10], 1],
    [2, ["b", 20], 1],
  ];
  const go: readonly Change[] = [[2, ["b", 20], -1]];

  test("are kept beside rows that can go, which go with what they came with", () => {
    const { written, calls, kept } = run(false, numbered(false), [come, go]);
    expect(written).toEqual([["+10,1", "+20,2"], ["-20,2"]]);
    expect({ calls, kept }).toEqual({ calls: 2, kept: 1 });
  });

  test("are not kept where rows only come", () => {
    const { calls, kept } = run(true, numbered(false), [come, [[3, ["c", 30], 1]]]);
    expect({ calls, kept }).toEqual({ calls: 3, kept: 0 });
  });

  test("are computed again where the script says that they are deterministic", () => {
    const { calls, kept } = run(false, numbered(true), [come, go]);
    expect({ calls, kept }).toEqual({ calls: 3, kept: 0 });
  });

  test("are kept after a group, whose answers change, also where the source's rows only come", () => {
    const make = (t: Table<{ g: string; n: number }>, fn: (n: number) => number) =>
      t
        .groupBy("g")
        .reduce((c) => ({ g: c.g }))
        .select((c) => ({ call: apply(() => fn(0), c.g, { type: "int" }) }));
    const { calls, kept } = run(true, make, [come, [[3, ["a", 30], 1]]]);
    // The two groups, and the result for each.
    expect({ calls, kept }).toEqual({ calls: 2, kept: 4 });
  });

  test("that failed go as failed, without another call", () => {
    const make = (t: Table<{ g: string; n: number }>, fn: (n: number) => number) => {
      const failing = (n: number): number => {
        if (fn(n) === 1) throw new Error("the first");
        return n;
      };
      const called = t.select({ g: t.g, call: apply(failing, t.n, { type: "int" }) });
      return called.select((c) => ({ g: c.g, call: fillError(c.call, -1) }));
    };
    const { written, calls, kept } = run(false, make, [come, [[1, ["a", 10], -1], ...go]]);
    expect(written).toEqual([
      ["+a,-1", "+b,20"],
      ["-a,-1", "-b,20"],
    ]);
    expect({ calls, kept }).toEqual({ calls: 2, kept: 0 });
  });
});
