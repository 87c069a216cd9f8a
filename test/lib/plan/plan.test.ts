import { describe, expect, it } from "vitest";
import type { ExpressionNode } from "../../../lib/expressions/node.ts";
import { fingerprint } from "../../../lib/plan/fingerprint.ts";
import { currentPlan, graph, Plan, type PlanDraft } from "../../../lib/plan/plan.ts";

const int = { name: "int", optional: false } as const;
const columns = [{ name: "a", type: int }];

function source(plan: Plan) {
  return plan.add({ operator: "source", inputs: [], options: {}, columns, appendOnly: true, site: null });
}

function select(inputs: PlanDraft["inputs"], ...expressions: unknown[]): PlanDraft {
  return { operator: "select", inputs, options: { expressions }, columns, appendOnly: true, site: null };
}

function literal(value: unknown): ExpressionNode {
  return { kind: "literal", value, type: { name: "json", optional: false } };
}

describe("sharing", () => {
  it("makes one node of equal ones and keeps the first line", () => {
    const plan = new Plan();
    const input = source(plan);
    const first = plan.add({
      ...select([input], literal({ a: [1, "x"] })),
      site: { file: "/a.ts", line: 1 },
    });
    const second = plan.add({
      ...select([input], literal({ a: [1, "x"] })),
      site: { file: "/a.ts", line: 2 },
    });
    expect(second).toBe(first);
    expect(first.site).toEqual({ file: "/a.ts", line: 1 });
    expect(plan.nodes.map(({ id }) => id)).toEqual([0, 1]);
  });

  it("ignores the sites of expressions, but not a literal's own field called site", () => {
    const plan = new Plan();
    const input = source(plan);
    const call = (line: number) => ({
      kind: "call",
      name: "neg",
      args: [],
      options: null,
      type: int,
      site: { file: "/a.ts", line },
    });
    expect(plan.add(select([input], call(1)))).toBe(plan.add(select([input], call(2))));
    const one = plan.add(select([input], literal({ kind: "call", site: 1 })));
    expect(plan.add(select([input], literal({ kind: "call", site: 2 })))).not.toBe(one);
  });

  it.each([
    [1, "1"],
    [1n, 1],
    [null, "null"],
    [Number.NaN, null],
    [[1], { 0: 1 }],
    [["a", 1], { a: 1 }],
    [Buffer.from("a"), Buffer.from("b")],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ ["__proto__"]: 1 }, {}],
  ])("keeps %o and %o apart", (a, b) => {
    const plan = new Plan();
    const input = source(plan);
    const one = plan.add(select([input], literal(a)));
    const other = plan.add(select([input], literal(b)));
    expect(other).not.toBe(one);
    expect(plan.add(select([input], literal(a)))).toBe(one);
    expect(fingerprint(other)).not.toBe(fingerprint(one));
  });

  it("tells functions apart by identity, inputs by number, results by name", () => {
    const plan = new Plan();
    const input = source(plan);
    const apply = (fn: () => unknown) => ({
      kind: "apply",
      fn,
      args: [],
      deterministic: false,
      type: int,
      site: null,
    });
    const fn = () => 1;
    const one = plan.add(select([input], apply(fn)));
    expect(plan.add(select([input], apply(fn)))).toBe(one);
    expect(
      plan.add(
        select(
          [input],
          apply(() => 1),
        ),
      ),
    ).not.toBe(one);
    expect(plan.add(select([source(plan)], apply(fn)))).not.toBe(one);
    expect(plan.add({ ...select([input], apply(fn)), columns: [{ name: "b", type: int }] })).not.toBe(one);
  });

  it("never merges sources or outputs", () => {
    const plan = new Plan();
    const input = source(plan);
    expect(source(plan)).not.toBe(input);
    const output: PlanDraft = { ...select([input]), operator: "output", columns: [] };
    expect(plan.addOutput(output)).not.toBe(plan.addOutput(output));
    expect(plan.outputs).toHaveLength(2);
  });
});

describe("states", () => {
  const output = (plan: Plan): PlanDraft => ({ ...select([source(plan)]), operator: "output", columns: [] });

  it("goes from building over running to done", () => {
    const plan = new Plan();
    const node = plan.addOutput(output(plan));
    expect(plan.state).toBe("building");
    expect(plan.begin()).toEqual([node]);
    expect(plan.state).toBe("running");
    plan.end();
    expect(plan.state).toBe("done");
  });

  it("refuses a graph without outputs", () => {
    const plan = new Plan();
    source(plan);
    expect(() => plan.begin()).toThrow(/TP_GRAPH_EMPTY.*pw\.kafka\.write/);
    expect(plan.state).toBe("building");
  });

  it("refuses to run twice, during and after", () => {
    const plan = new Plan();
    plan.addOutput(output(plan));
    plan.begin();
    expect(() => plan.begin()).toThrow(/TP_GRAPH_RUNNING: this graph runs already/);
    expect(() => plan.addOutput(output(plan))).toThrow(/TP_GRAPH_RUNNING: an output was added/);
    plan.end();
    expect(() => plan.begin()).toThrow(/TP_GRAPH_RUNNING: this graph has run already/);
  });
});

describe("graph", () => {
  it("gives code inside, also after an await, a plan of its own", async () => {
    const outside = currentPlan();
    const [a, b] = await Promise.all(
      [1, 2].map(() =>
        graph(async () => {
          const before = currentPlan();
          await new Promise((resolve) => setTimeout(resolve, 1));
          expect(currentPlan()).toBe(before);
          return before;
        }),
      ),
    );
    expect(new Set([a, b, outside]).size).toBe(3);
    expect(currentPlan()).toBe(outside);
    expect(graph(() => 3)).toBe(3);
  });
});

describe("fingerprint", () => {
  it("is stable over plans, sites and functions' identities, and follows the inputs", () => {
    const build = (fn: () => unknown, line: number, name = "a") => {
      const plan = new Plan();
      const input = plan.add({
        operator: "source",
        inputs: [],
        options: { name, create: () => null },
        columns,
        appendOnly: true,
        site: null,
      });
      const apply = {
        kind: "apply",
        fn,
        args: [],
        deterministic: false,
        type: int,
        site: { file: "/a.ts", line },
      };
      return fingerprint(plan.add(select([input], apply)));
    };
    const one = build(() => 1, 1);
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(build(() => 2, 7)).toBe(one);
    expect(build(() => 1, 1, "b")).not.toBe(one);
  });
});
