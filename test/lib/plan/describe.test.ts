import { expect, it } from "vitest";
import { describePlan } from "../../../lib/plan/describe.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { reducers } from "../../../lib/table/reducers.ts";
import { planOf } from "../../../lib/table/table.ts";
import { customers, orders, outputSpec } from "../table/tables.ts";

it("tells a plan as text, inputs first, a shared node once", () =>
  graph(() => {
    const [o, c] = [orders(), customers()];
    addOutput(
      o.join(c, o.customer.eq(c.id)).groupBy(c.segment).reduce({ segment: c.segment, n: reducers.count() }),
      {
        ...outputSpec,
        describe: { topicName: "segments" },
      },
    );
    addOutput(c, outputSpec);
    const lines = describePlan(planOf(o).outputs).split("\n");
    expect(lines.map((line) => line.replace(/ \([^()]*:\d+\)$/, " (…)"))).toEqual([
      '#1 source test "t" → id int, customer str, amount float, note str? (…)',
      '#2 source test "t" → id str, segment str, age int (…)',
      "#3 [#1, #2] join inner on customer = id → id int, customer str, amount float, note str?, id str, segment str, age int (…)",
      "#4 [#3] groupBy segment: count() → segment str, n int (…)",
      '#5 [#4] output test "out" topicName="segments" (…)',
      '#6 [#2] output test "out" (…)',
    ]);
    expect(lines[3]).toMatch(/\(test\/lib\/plan\/describe\.test\.ts:\d+\)$/);
  }));
