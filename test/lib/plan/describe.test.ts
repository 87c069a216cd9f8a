import { expect, it } from "vitest";
import { explainMermaid, explainText } from "../../../lib/plan/explain.ts";
import type { PlanNode } from "../../../lib/plan/node.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { reducers } from "../../../lib/table/reducers.ts";
import { planOf } from "../../../lib/table/table.ts";
import { customers, orders, outputSpec, steps } from "../table/tables.ts";

/** Two outputs over a join, of which one reads a column that the other does not. */
function segments(): readonly PlanNode[] {
  return graph(() => {
    const [o, c] = [orders(), customers()];
    const counts = o
      .join(c, o.customer.eq(c.id))
      .groupBy(c.segment)
      .reduce({ segment: c.segment, n: reducers.count() });
    addOutput(counts, { ...outputSpec, describe: { topicName: "segments", settings: { a: 1, b: "x" } } });
    addOutput(c.select({ '<"age">': c.age }), outputSpec);
    return planOf(o).outputs;
  });
}

/** Lines of the script as `…:12`, which a change of this file moves. */
const withoutSites = (text: string) => text.replace(/test\/lib\/[a-z/.-]+:\d+/g, "…");

it("tells a plan as text, inputs first, a shared node once", () => {
  const text = withoutSites(explainText(segments(), ({ operator }) => ({ more: operator })));
  expect(text.split("\n")).toEqual([
    '#1 source test "t"  (…)',
    "   → id int, customer str, amount float, note str?",
    "   nobody reads id, amount, note",
    "   rows come and never go",
    "   more: source",
    "",
    '#2 source test "t"  (…)',
    "   → id str, segment str, age int",
    "   rows come and never go",
    "   more: source",
    "",
    "#3 join inner on customer = id  (…)",
    "   reads #1, #2",
    "   → id int, customer str, amount float, note str?, id str, segment str, age int",
    "   nobody reads id, customer, amount, note, id, age",
    "",
    "#4 groupBy segment: count()  (…)",
    "   reads #3",
    "   → segment str, n int",
    "",
    '#5 output test "out"  (…)',
    "   reads #4",
    "   topicName: segments",
    "   settings: a=1, b=x",
    "   more: output",
    "",
    '#6 select <"age"> = age  (…)',
    "   reads #2",
    '   → <"age"> int',
    "",
    '#7 output test "out"  (…)',
    "   reads #6",
    "   more: output",
  ]);
});

it("tells a plan as a Mermaid flowchart, with the signs that mean something to it escaped", () => {
  const lines = withoutSites(explainMermaid(segments())).split("\n");
  expect(lines.slice(0, 2)).toEqual([
    "flowchart TD",
    '  n1(["source test #quot;t#quot;<br/>→ id int, customer str, amount float, note str?<br/>…"])',
  ]);
  expect(lines[6]).toBe(
    '  n6["select #lt;#quot;age#quot;#gt; = age<br/>→ #lt;#quot;age#quot;#gt; int<br/>…"]',
  );
  expect(lines.slice(7)).toEqual([
    '  n7[/"output test #quot;out#quot;<br/>…"/]',
    "  n1 --> n3",
    "  n2 --> n3",
    "  n3 --> n4",
    "  n4 --> n5",
    "  n2 --> n6",
    "  n6 --> n7",
  ]);
});

it("tells what deduplicate looks at", () => {
  const lines = graph(() => {
    const o = orders();
    const differing = o.deduplicate({ value: "amount", instance: ["customer", (c) => c.note] });
    return steps(differing.deduplicate({ value: (c) => c.id.neg(), order: "amount", acceptor: () => true }));
  });
  expect(lines.filter((line) => line.startsWith("deduplicate")).map((line) => line.split(" → ")[0])).toEqual([
    "deduplicate amount by customer, note, where it differs",
    "deduplicate id.neg() in the order of amount, where a function accepts it",
  ]);
});
