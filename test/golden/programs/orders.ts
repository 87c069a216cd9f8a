import type { Program } from "../program.ts";

const readings = `
      | at | v    | place | __time__ | __diff__
    1 | 1  | 10   | a     | 2        | 1
    2 | 3  | 30   | a     | 2        | 1
    3 | 7  | 5    | b     | 2        | 1
    4 | 5  | 20   | a     | 4        | 1
    5 | 2  | 12   | b     | 4        | 1
    2 | 3  | 30   | a     | 6        | -1
    6 | 4  | 8    | a     | 6        | 1
    1 | 1  | 10   | a     | 8        | -1
    1 | 6  | 10   | a     | 8        | 1
    3 | 7  | 5    | b     | 10       | -1
`;

const gaps = `
      | at | v    | __time__ | __diff__
    1 | 1  | 1    | 2        | 1
    2 | 2  | None | 2        | 1
    3 | 3  | None | 2        | 1
    4 | 5  | 9    | 2        | 1
    5 | 9  | None | 2        | 1
    6 | 4  | 3    | 4        | 1
    4 | 5  | 9    | 6        | -1
    1 | 1  | 1    | 8        | -1
    7 | 0  | None | 8        | 1
`;

/** Rows in an order: neighbours, differences, missing values. */
export const orderPrograms = {
  "orders: each row with those before and after": {
    tables: { readings },
    steps: { result: ["sort", "readings", "at", "v", null] },
  },
  "orders: neighbours within a place": {
    tables: { readings },
    steps: { result: ["sort", "readings", "at", "v", "place"] },
  },
  "orders: neighbours by another value": {
    tables: { readings },
    steps: { result: ["sort", "readings", "v", "at", null] },
  },
  "orders: differences to the row before": {
    tables: { readings },
    steps: { result: ["diff", "readings", "at", "v", null] },
  },
  "orders: differences within a place": {
    tables: { readings },
    steps: { result: ["diff", "readings", "at", "v", "place"] },
  },
  "orders: the sum of the differences": {
    tables: { readings },
    steps: {
      steps: ["diff", "readings", "at", "v", null],
      known: ["filter", "steps", ["isNotNull", "$diff_v"]],
      result: ["reduce", "known", { n: ["count"], least: ["min", "$diff_v"], most: ["max", "$diff_v"] }],
    },
  },
  "orders: missing values on the line between known ones": {
    tables: { gaps },
    steps: { result: ["interpolate", "gaps", "at", "v"] },
  },
} as const satisfies Record<string, Program>;
