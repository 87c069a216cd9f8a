/** Operators and channels as the examples say them, on a broker inside their process. */
import { describe, expect, it } from "vitest";
import { runScript } from "../support/script.ts";

const told = {
  ports: ["at 1: 1", "at 2: 2", "at 3: 3", "the operator completed: 3 records read, 3 written"],
  "channel-types": ["at 1: 1", "at 2: 2", "at 3: 3"],
  parametrisations: [
    "the sensor wrote 100 samples",
    "over 3: 100 samples in order, the last means 7.00, 8.00, 5.67",
    "over 5: 100 samples in order, the last means 6.00, 7.00, 6.00",
    "over 10: 100 samples in order, the last means 4.50, 4.50, 4.50",
  ],
  replicas: [
    "workers 0 of 3: 0 3 6 9",
    "workers 1 of 3: 1 4 7",
    "workers 2 of 3: 2 5 8",
    "archive 0 of 1: 0 1 2 3 4 5 6 7 8 9",
  ],
  tables: ["a: 3", "b: 10"],
};

describe("examples/pypz-style", () => {
  it.each(Object.entries(told))("%s.ts", { timeout: 120_000 }, async (name, lines) => {
    const { code, stdout, stderr } = await runScript(`examples/pypz-style/${name}.ts`, { fromSource: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trimEnd().split("\n")).toEqual(lines);
  });
});
