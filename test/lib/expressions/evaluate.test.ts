import { describe, expect, it } from "vitest";
import { ERROR_VALUE as ERROR } from "../../../lib/data/value.ts";
import { apply } from "../../../lib/expressions/apply.ts";
import {
  coalesce,
  fillError,
  ifElse,
  literal,
  require,
  unwrap,
} from "../../../lib/expressions/conditionals.ts";
import { compile } from "../../../lib/expressions/evaluate.ts";
import type { Expression } from "../../../lib/expressions/expression.ts";
import { columnsRead, isDeterministic, mapColumns } from "../../../lib/expressions/walk.ts";
import { cellsOf, column, columnNode, evaluate } from "./cells.ts";

const n = column<number>("n", "int", 0);
const text = column<string>("text", "str", 1);
const flag = column<boolean>("flag", "bool", 2);
const maybe = column<number | null>("maybe", "int?", 3);

const data = [
  cellsOf("int", [1, 0, 3, 4]),
  cellsOf("str", ["10", "x", "", "é"]),
  cellsOf("bool", [true, false, false, ERROR]),
  cellsOf("int?", [null, 7, ERROR, null]),
];

function run(expression: Expression<unknown>) {
  return evaluate(expression.node, data, 4);
}

/** A function that notes what it was called with. */
function noting<T>(calls: unknown[]): (value: T) => T {
  return (value) => {
    calls.push(value);
    return value;
  };
}

describe("only what is needed is computed", () => {
  it("ifElse: the taken side, for its rows", () => {
    const yes: unknown[] = [];
    const no: unknown[] = [];
    const { values, failures } = run(ifElse(flag, apply(noting(yes), n), apply(noting(no), text)));
    expect(values).toEqual([1, "x", "", ERROR]);
    expect([yes, no]).toEqual([[1], ["x", ""]]);
    expect(failures).toEqual([]);
  });

  it("ifElse guards a division, and reports the row of the batch", () => {
    expect(run(ifElse(n.eq(0), 0, n.div(n))).failures).toEqual([]);
    const { values, failures } = run(ifElse(n.eq(1), 0, literal(1).div(n)));
    expect(values).toEqual([0, ERROR, 1 / 3, 0.25]);
    expect(failures).toMatchObject([{ row: 1, detail: "division by zero" }]);
  });

  it("coalesce: later operands where the earlier ones are null", () => {
    const calls: unknown[] = [];
    const { values } = run(coalesce(maybe, apply(noting<number>(calls), n, { type: "int" })));
    expect(values).toEqual([1, 7, ERROR, 4]);
    expect(calls).toEqual([1, 4]);
  });

  it("require: the value where nothing is missing", () => {
    const calls: unknown[] = [];
    const { values } = run(require(apply(noting<number>(calls), n, { type: "int" }), maybe));
    expect(values).toEqual([null, 0, ERROR, null]);
    expect(calls).toEqual([0]);
  });

  it("fillError: the second where the first fails, whose failures are silent", () => {
    const calls: unknown[] = [];
    const { values, failures } = run(
      fillError(text.cast("int"), apply(noting<number>(calls), n, { type: "int" })),
    );
    expect(values).toEqual([10, 0, 3, 4]);
    expect(calls).toEqual([0, 3, 4]);
    expect(failures).toEqual([]);
    expect(run(fillError(text.cast("int"), literal(1).floorDiv(n))).failures).toMatchObject([{ row: 1 }]);
  });

  it("nested: rows are those of the batch", () => {
    const { failures } = run(ifElse(n.gt(2), ifElse(n.gt(3), text.cast("int"), 0), 0));
    expect(failures).toMatchObject([{ row: 3, detail: '"é" is not an int' }]);
  });
});

it("computes a part that stands in several places once", () => {
  const calls: unknown[] = [];
  const part = apply(noting<number>(calls), n, { type: "int" });
  expect(run(part.mul(part).add(part)).values).toEqual([2, 0, 12, 20]);
  expect(calls).toHaveLength(4);

  let doubled: Expression<number> = n;
  for (let i = 0; i < 40; i++) doubled = doubled.add(doubled);
  expect(run(doubled).values).toEqual([2 ** 40, 0, 3 * 2 ** 40, 2 ** 42]);
});

it("reports a failure of a shared part once", () => {
  const part = literal(1).div(n);
  expect(run(part.add(part)).failures).toHaveLength(1);
});

const noKeys = (): never => {
  throw new Error("no key is asked for");
};

it("passes a bare column on without copying it", () => {
  expect(compile(n.node)({ length: 4, columns: [data], keys: noKeys, failed: () => {} })).toBe(data[0]);
});

it("reports the line where the call was written", () => {
  const [failure] = run(text.cast("float")).failures;
  expect(failure?.line).toBeGreaterThan(100);
});

it("unwrap fails null", () => {
  const { values, failures } = run(unwrap(maybe));
  expect(values).toEqual([ERROR, 7, ERROR, ERROR]);
  expect(failures.map(({ row }) => row)).toEqual([0, 3]);
});

it("stops where the handler throws", () => {
  const frame = {
    length: 4,
    columns: [data],
    keys: noKeys,
    failed: () => {
      throw new Error("stop");
    },
  };
  expect(() => compile(literal(1).div(n).node)(frame)).toThrow("stop");
  expect(() => compile(apply(() => JSON.parse("{"), n).node)(frame)).toThrow("stop");
});

it("evaluates no rows", () => {
  for (const expression of [n.add(1), text.add("x"), ifElse(flag, n, 0), coalesce(maybe, 0), n.toStr()]) {
    const none = [cellsOf("int", []), cellsOf("str", []), cellsOf("bool", []), cellsOf("int?", [])];
    expect(evaluate(expression.node, none, 0)).toMatchObject({ values: [], failures: [] });
  }
});

describe("apply", () => {
  it("keeps what each value is where no type is declared", () => {
    const results = [1.5, "a", true, 5n];
    const { values } = run(apply((i) => results[i % 4], n));
    expect(values).toEqual(["a", 1.5, 5n, 1.5]);
  });

  it("checks a declared type", () => {
    const { values, failures } = run(
      apply((i) => [1, 0.5, undefined, Number.NaN][i % 4] as number, n, { type: "int" }),
    );
    expect(values).toEqual([ERROR, 1, ERROR, 1]);
    expect(failures.map(({ detail }) => detail)).toEqual([
      "the function returned a number: 0.5 is not an int",
      "the function returned a number: NaN is not a safe integer",
    ]);
  });

  it("takes null and undefined for null where the type allows it", () => {
    expect(run(apply(() => undefined, n, { type: "int?" })).values).toEqual([null, null, null, null]);
    const { failures } = run(apply(() => null as unknown as number, n, { type: "int" }));
    expect(failures[0]?.detail).toBe('the function returned null; where that is meant, say { type: "int?" }');
  });

  it("gives null to the function, but no failed cell", () => {
    const calls: unknown[] = [];
    expect(run(apply(noting(calls), maybe)).values).toEqual([null, 7, ERROR, null]);
    expect(calls).toEqual([null, 7, null]);
  });

  it("fails the cell where the function throws", () => {
    const thrown = new RangeError("too much");
    const { values, failures } = run(
      apply((x) => {
        if (x === 3) throw thrown;
        return x;
      }, n),
    );
    expect(values).toEqual([1, 0, ERROR, 4]);
    expect(failures).toMatchObject([{ row: 2, detail: "the function threw: too much", cause: thrown }]);
  });

  it("has a cause whatever was thrown", () => {
    for (const thrown of [undefined, null, "text", Symbol("s")]) {
      const { failures } = run(
        apply(() => {
          throw thrown;
        }, n),
      );
      expect(failures).toHaveLength(4);
      expect(failures[0]?.cause).toBeDefined();
    }
  });

  it("refuses a Promise, whose rejection ends nothing", async () => {
    const { values, failures } = run(apply((x) => Promise.reject(new Error(`${x}`)), n));
    expect(values).toEqual([ERROR, ERROR, ERROR, ERROR]);
    expect(failures[0]?.detail).toContain("synchronous");
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("takes plain values as arguments, and stores -0 as 0", () => {
    const { cells } = run(apply((x, factor) => -x * factor, n, 0, { type: "float" }));
    if (cells.layout !== "number") throw new Error("a float column");
    expect([...cells.values].some((value) => Object.is(value, -0))).toBe(false);
  });

  it("reads what the seed's script reads", () => {
    const value = apply((t) => Number.parseInt(t, 10), text);
    expect(run(value).values).toEqual([10, Number.NaN, Number.NaN, Number.NaN]);
    expect(run(value.cast("float").add(1)).values).toEqual([11, Number.NaN, Number.NaN, Number.NaN]);
  });
});

describe("walking", () => {
  it("lists the columns that are read", () => {
    const both = n.add(1).mul(n).toStr().add(text);
    expect(columnsRead(both.node)).toEqual([new Set([0, 1])]);
    expect(columnsRead(literal(1).node)).toEqual([]);
  });

  it("knows what may answer differently", () => {
    expect(isDeterministic(n.add(1).node)).toBe(true);
    expect(
      isDeterministic(
        apply((x) => x, n)
          .cast("int")
          .add(1).node,
      ),
    ).toBe(false);
    expect(isDeterministic(apply((x) => x, n, { deterministic: true }).node)).toBe(true);
  });

  it("replaces columns and keeps what does not change", () => {
    const sum = n.add(text.cast("int"));
    const moved = mapColumns(sum.node, (node) => (node.name === "n" ? columnNode("n", "int", 5) : node));
    expect(columnsRead(moved)).toEqual([new Set([5, 1])]);
    expect(mapColumns(sum.node, (node) => node)).toBe(sum.node);
  });
});
