import { describe, expect, it } from "vitest";
import { demand } from "../../../lib/plan/demand.ts";
import { keysRead } from "../../../lib/plan/key-demand.ts";
import type { PlanNode } from "../../../lib/plan/node.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { uniqueKeys } from "../../../lib/plan/unique-keys.ts";
import { errorLog } from "../../../lib/runtime/error-log-table.ts";
import { keyOf } from "../../../lib/table/keys.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { reducers } from "../../../lib/table/reducers.ts";
import { schema } from "../../../lib/table/schema.ts";
import { planOf, type Table } from "../../../lib/table/table.ts";
import { randomProgram } from "../../fuzz/random-program.ts";
import { failureOf } from "../../fuzz/run-program.ts";
import { TooManyRows } from "../../oracle/plan.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { customers, orders, outputSpec, tableOf } from "../table/tables.ts";

/** Operators of the nodes whose keys somebody reads, inputs first. */
function readBehind<C>(table: Table<C>): string[] {
  addOutput(table, outputSpec);
  const { outputs } = planOf(table);
  const nodes = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    node.inputs.forEach(visit);
    nodes.add(node);
  };
  outputs.forEach(visit);
  const read = keysRead([...nodes], demand(outputs), uniqueKeys([...nodes]));
  return [...nodes].filter(({ id }) => read.has(id)).map(({ operator }) => operator);
}

const joined = (o = orders(), c = customers()) =>
  o
    .join(c, o.customer.eq(c.id))
    .select({ segment: c.segment, amount: o.amount })
    .filter((row) => row.amount.gt(3));

describe("keysRead", () => {
  it("finds no reader of the keys of a join whose rows are only counted and summed", () =>
    graph(() => {
      const total = joined()
        .groupBy((c) => c.segment)
        .reduce((c) => ({ segment: c.segment, total: reducers.sum(c.amount), n: reducers.count() }));
      expect(readBehind(total)).toEqual(["groupBy", "output"]);
    }));

  it("knows the reducers that read keys, where their answers are read", () =>
    graph(() => {
      const first = (read: boolean) => {
        const groups = joined()
          .groupBy((c) => c.segment)
          .reduce((c) => ({ segment: c.segment, some: reducers.any(c.amount) }));
        return read ? groups : groups.select((c) => ({ segment: c.segment }));
      };
      expect(readBehind(first(false))).toEqual(["groupBy", "select", "output"]);
      expect(readBehind(first(true))).toContain("join");
    }));

  it("knows outputs, keyOf, tables that retract and outer joins", () =>
    graph(() => {
      expect(readBehind(joined())).toContain("join");
      const count = <C>(table: Table<C>) => table.reduce(() => ({ n: reducers.count() }));
      const keyed = joined().select((c) => ({ key: keyOf(c) }));
      expect(readBehind(keyed.groupBy("key").reduce((c) => ({ key: c.key })))).toContain("join");
      const changing = tableOf(schema({ id: "str", segment: "str", age: "int" }), false);
      expect(readBehind(count(joined(orders(), changing)))).toContain("join");
      const [o, c] = [orders(), customers()];
      const left = o.joinLeft(c, o.customer.eq(c.id)).select((_, r) => ({ segment: r.segment }));
      expect(readBehind(count(left))).toContain("join");
    }));

  it("keeps every key for an error log, which names the rows that failed", () =>
    graph(() => {
      addOutput(errorLog(), outputSpec);
      const total = joined().reduce((c) => ({ total: reducers.sum(c.amount) }));
      expect(readBehind(total)).toContain("join");
    }));
});

describe("joins without keys", () => {
  const seed = seedFrom("TOWPATH_FUZZ_SEED");
  it(`answer as the oracle does, from seed ${seed}`, { timeout: 120_000 }, () => {
    let checked = 0;
    for (let i = 0; checked < 60; i++) {
      expect(i, "programs of append-only sources are rare").toBeLessThan(10_000);
      const program = randomProgram(new Rng(seed + i), { stepsMax: 4, ops: ["join", "groupBy"] });
      if (!program.sources.every(({ appendOnly }) => appendOnly)) continue;
      for (const restartAfter of [null, 1]) {
        const feeding = { shuffled: false, split: false, restartAfter };
        const failure = failureOf({ program, feeding, builder: "hand" });
        if (failure !== null && !(failure instanceof TooManyRows)) throw failure;
      }
      checked++;
    }
  });
});
