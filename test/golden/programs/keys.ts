import type { Program } from "../program.ts";

const stock = `
      | item | price | __time__ | __diff__
    1 | fig  | 3     | 2        | 1
    2 | pear | 4     | 2        | 1
    3 | plum | 5     | 4        | 1
    2 | pear | 4     | 6        | -1
    2 | pear | 7     | 6        | 1
    1 | fig  | 3     | 8        | -1
    4 | date | 9     | 8        | 1
`;

const some = `
      | price | __time__ | __diff__
    2 | 40    | 2        | 1
    3 | 50    | 4        | 1
    2 | 40    | 8        | -1
`;

const others = `
      | n | __time__ | __diff__
    1 | 1 | 2        | 1
    9 | 9 | 2        | 1
    2 | 2 | 4        | 1
    1 | 1 | 6        | -1
    4 | 4 | 8        | 1
    3 | 3 | 8        | 1
`;

const orders = `
      | item | n | __time__ | __diff__
   11 | fig  | 1 | 2        | 1
   12 | pear | 2 | 2        | 1
   13 | pear | 3 | 4        | 1
   14 | plum | 4 | 4        | 1
   11 | fig  | 1 | 8        | -1
   12 | pear | 2 | 6        | -1
   12 | plum | 2 | 6        | 1
`;

const maybe = `
      | item | n | __time__ | __diff__
   11 | fig  | 1 | 2        | 1
   12 | None | 2 | 2        | 1
   11 | fig  | 1 | 4        | -1
   11 | None | 1 | 4        | 1
   12 | None | 2 | 6        | -1
   12 | fig  | 2 | 6        | 1
`;

/** Tables put together by the keys of their rows. */
export const keyPrograms = {
  "keys: those that two tables have": {
    tables: { stock, others },
    steps: { result: ["intersect", "stock", ["others"]] },
  },
  "keys: those that three tables have": {
    tables: { stock, others, some },
    steps: { result: ["intersect", "stock", ["others", "some"]] },
  },
  "keys: those that the other lacks": {
    tables: { stock, others },
    steps: { result: ["difference", "stock", "others"] },
  },
  "keys: those of a part": {
    tables: { stock, some },
    steps: { result: ["restrict", "stock", "some"] },
  },
  "keys: cells of a part": {
    tables: { stock, some },
    steps: { result: ["updateCells", "stock", "some"] },
  },
  "keys: rows of a part of the table itself": {
    tables: { stock },
    steps: {
      dear: ["filter", "stock", ["gt", "$price", 3]],
      dearer: ["select", "dear", { price: ["mul", "$price", 10] }],
      result: ["updateCells", "stock", "dearer"],
    },
  },
  "keys: groups read through the values that make them": {
    tables: { orders },
    steps: {
      sums: ["groupBy", "orders", ["$item"], { item: "$item", sum: ["sum", "$n"] }],
      result: ["ixRef", "orders", "sums", ["$item"], {}],
    },
  },
  "keys: groups of nulls read where null finds nothing": {
    tables: { maybe },
    steps: {
      sums: ["groupBy", "maybe", ["$item"], { item: "$item", sum: ["sum", "$n"] }],
      result: ["ixRef", "maybe", "sums", ["$item"], { optional: true }],
    },
  },
  "keys: a key that comes and goes in a difference": {
    tables: { stock, others },
    steps: {
      few: ["filter", "others", ["lt", "$n", 4]],
      rest: ["difference", "stock", "few"],
      result: ["reduce", "rest", { n: ["count"], price: ["sum", "$price"] }],
    },
  },
  "keys: changes of a table as a stream": {
    tables: { stock },
    steps: { result: ["toStream", "stock", "came"] },
  },
  "keys: a stream of changes as a table": {
    tables: { stock },
    steps: {
      changes: ["toStream", "stock", "came"],
      result: ["fromStream", "changes", "came"],
    },
  },
} as const satisfies Record<string, Program>;
