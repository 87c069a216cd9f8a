import { describe, expect, it } from "vitest";
import { ValueColumn } from "../../../lib/data/column.ts";
import { keysOfValues } from "../../../lib/data/row-key.ts";
import { cellsOf } from "../expressions/cells.ts";

const any = { name: "any", optional: false } as const;

function keyOf(value: unknown): string {
  return keysOfValues([new ValueColumn([value])], [any], 1).join();
}

describe("keys of tuples", () => {
  const tuples = [
    [5n],
    [5],
    ["5"],
    [Number.NaN],
    [null],
    [Buffer.from("5")],
    [new Date(5)],
    [[5n]],
    [5n, 5n],
    [],
  ];

  it("tell values apart that JSON does not know", () => {
    expect(new Set(tuples.map(keyOf)).size).toBe(tuples.length);
    expect(keyOf([5n, ["a"]])).toBe(keyOf([5n, ["a"]]));
  });

  it("of JSON alone are those of the json", () => {
    const json = { name: "json", optional: false } as const;
    expect(keyOf([1, ["a"]])).toBe(keysOfValues([cellsOf("json", [[1, ["a"]]])], [json], 1).join());
  });
});
