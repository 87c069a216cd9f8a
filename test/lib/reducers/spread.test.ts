import { expect, test } from "vitest";
import type { ColumnType } from "../../../lib/data/type.ts";
import { stddev } from "../../../lib/reducers/stddev.ts";
import { variance } from "../../../lib/reducers/variance.ts";

test.each([
  ["stddev", stddev, "int", "float"],
  ["stddev", stddev, "float", "float"],
  ["stddev", stddev, "duration", "duration"],
  ["variance", variance, "int", "float"],
] as const)("%s is a number, of durations a duration: case %#", (_, { result }, given, type) => {
  expect(result([{ name: given, optional: false } as ColumnType], null)).toMatchObject({ name: type });
});
