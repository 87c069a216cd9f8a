import type { Program } from "../program.ts";
import { gaps, orders, pairs, readings, sales, texts } from "../tables.ts";

/** Columns and rows chosen, tables put together, keys made anew. */
export const rowPrograms = {
  "with a further column": {
    tables: { pairs },
    steps: { result: ["withColumns", "pairs", { c: ["add", "$a", "$b"] }] },
  },
  "with a column replaced": {
    tables: { pairs },
    steps: { result: ["withColumns", "pairs", { a: ["mul", "$a", 10], c: "$a" }] },
  },
  "without a column a change may be none": {
    tables: { pairs },
    steps: { result: ["without", "pairs", ["b"]] },
  },
  "renamed columns": {
    tables: { pairs },
    steps: { result: ["rename", "pairs", { c: "a", a: "b" }] },
  },
  "cast columns": {
    tables: { pairs },
    steps: {
      cast: ["castTypes", "pairs", { a: "float", b: "str" }],
      result: ["select", "cast", { half: ["div", "$a", 2], b: ["add", "$b", "!"] }],
    },
  },
  "rows filtered": {
    tables: { pairs },
    steps: { result: ["filter", "pairs", ["gt", "$a", "$b"]] },
  },
  "rows filtered twice": {
    tables: { sales },
    steps: {
      north: ["filter", "sales", ["eq", "$region", "north"]],
      result: ["filter", "north", ["or", ["ge", "$n", 3], ["eq", "$item", "fig"]]],
    },
  },
  "rows filtered by what may be missing": {
    tables: { gaps },
    steps: { result: ["filter", "gaps", ["isNotNull", "$v"]] },
  },
  "a filter on a result that keeps its answer": {
    tables: { sales },
    steps: {
      sums: ["groupBy", "sales", ["$region"], { region: "$region", n: ["sum", "$n"] }],
      big: ["filter", "sums", ["gt", "$n", 4]],
      result: ["select", "big", { region: "$region" }],
    },
  },
  "split: rows that match": {
    tables: { pairs },
    steps: { result: ["splitMatching", "pairs", ["gt", "$b", 0]] },
  },
  "split: the others": {
    tables: { pairs },
    steps: { result: ["splitRest", "pairs", ["gt", "$b", 0]] },
  },
  "split and put together again": {
    tables: { pairs },
    steps: {
      positive: ["splitMatching", "pairs", ["gt", "$b", 0]],
      others: ["splitRest", "pairs", ["gt", "$b", 0]],
      result: ["concat", ["positive", "others"]],
    },
  },
  "two tables in one": {
    tables: {
      low: `
            | v | __time__ | __diff__
          1 | 1 | 2        | 1
          2 | 2 | 4        | 1
          1 | 1 | 6        | -1
      `,
      high: `
             | v  | __time__ | __diff__
          11 | 10 | 2        | 1
          12 | 20 | 6        | 1
          11 | 10 | 8        | -1
          11 | 11 | 8        | 1
      `,
    },
    steps: { result: ["concat", ["low", "high"]] },
  },
  "a table three times over": {
    tables: { pairs },
    steps: { result: ["concatReindex", ["pairs", "pairs", "pairs"]] },
  },
  "two tables with the same keys": {
    tables: { pairs },
    steps: {
      swapped: ["select", "pairs", { a: "$b", b: "$a" }],
      result: ["concatReindex", ["pairs", "swapped"]],
    },
  },
  "sums over several tables": {
    tables: { pairs },
    steps: {
      more: ["select", "pairs", { a: ["add", "$a", 1], b: "$b" }],
      all: ["concatReindex", ["pairs", "more"]],
      result: ["groupBy", "all", ["$b"], { b: "$b", a: ["sum", "$a"], rows: ["count"] }],
    },
  },
  "rows that override others": {
    tables: {
      defaults: `
            | k | v | __time__ | __diff__
          1 | a | 1 | 2        | 1
          2 | b | 2 | 2        | 1
          3 | c | 3 | 4        | 1
          3 | c | 3 | 10       | -1
          1 | a | 1 | 12       | -1
          1 | a | 7 | 12       | 1
      `,
      overrides: `
            | k | v  | __time__ | __diff__
          2 | b | 20 | 4        | 1
          4 | d | 40 | 4        | 1
          2 | b | 20 | 6        | -1
          2 | b | 21 | 6        | 1
          3 | c | 30 | 8        | 1
          2 | b | 21 | 8        | -1
          4 | d | 40 | 12       | -1
      `,
    },
    steps: { result: ["updateRows", "defaults", "overrides"] },
  },
  "rows that override others with the same values": {
    tables: {
      defaults: `
            | v | __time__ | __diff__
          1 | 1 | 2        | 1
          2 | 2 | 2        | 1
      `,
      overrides: `
            | v | __time__ | __diff__
          1 | 1 | 4        | 1
          2 | 3 | 4        | 1
          1 | 1 | 6        | -1
          2 | 3 | 8        | -1
      `,
    },
    steps: { result: ["updateRows", "defaults", "overrides"] },
  },
  "the characters of texts": {
    tables: { texts },
    steps: { result: ["flatten", "texts", "s"] },
  },
  "how often each character stands": {
    tables: { texts },
    steps: {
      characters: ["flatten", "texts", "s"],
      result: ["groupBy", "characters", ["$s"], { s: "$s", times: ["count"] }],
    },
  },
  "the elements of tuples": {
    tables: { pairs },
    steps: {
      both: ["select", "pairs", { a: "$a", v: ["makeTuple", "$a", "$b", "$a"] }],
      result: ["flatten", "both", "v"],
    },
  },
  "the elements of sorted tuples": {
    tables: { sales },
    steps: {
      lists: ["groupBy", "sales", ["$region"], { region: "$region", n: ["sortedTuple", "$n"] }],
      result: ["flatten", "lists", "n"],
    },
  },
  "keys from a column": {
    tables: { readings },
    steps: {
      newest: ["groupBy", "readings", ["$sensor"], { sensor: "$sensor", v: ["max", "$v"] }],
      result: ["withIdFrom", "newest", ["$v"]],
    },
  },
  "keys from columns that meet another table's": {
    tables: { pairs },
    steps: {
      keyed: ["withIdFrom", "pairs", ["$a", "$b"]],
      more: ["select", "pairs", { a: "$a", b: "$b" }],
      rekeyed: ["withIdFrom", "more", ["$a", "$b"]],
      tens: ["select", "rekeyed", { a: ["mul", "$a", 10], b: "$b" }],
      result: ["updateRows", "keyed", "tens"],
    },
  },
  "a group's key is made of its values": {
    tables: { sales },
    steps: {
      sums: ["groupBy", "sales", ["$region"], { region: "$region", n: ["sum", "$n"] }],
      result: [
        "select",
        "sums",
        {
          region: "$region",
          own: ["eq", "$id", ["pointerFrom", "$region"]],
          other: ["eq", "$id", ["pointerFrom", ["add", "$region", "s"]]],
        },
      ],
    },
  },
  "a row found by its key": {
    tables: { orders, sales },
    steps: {
      keyed: ["withColumns", "sales", { row: "$id" }],
      numbered: ["withColumns", "orders", { row: "$id" }],
      result: [
        "join",
        "join",
        "numbered",
        "keyed",
        [["$left.row", "$right.row"]],
        {
          amount: "$left.amount",
          item: "$right.item",
        },
      ],
    },
  },
  "columns that trade their names": {
    tables: { pairs },
    steps: { result: ["rename", "pairs", { a: "b", b: "a" }] },
  },
  "columns of two tables by name": {
    tables: {
      pairs,
      others: `
             | b  | a | __time__ | __diff__
          21 | 1  | 2 | 4        | 1
          22 | 3  | 4 | 6        | 1
          21 | 1  | 2 | 8        | -1
      `,
    },
    steps: { result: ["concat", ["pairs", "others"]] },
  },
  "a table that is filtered, grouped, joined and flattened": {
    tables: { sales },
    steps: {
      some: ["filter", "sales", ["ne", "$item", "fig"]],
      lists: [
        "groupBy",
        "some",
        ["$region"],
        { region: "$region", all: ["sortedTuple", "$n"], most: ["max", "$n"] },
      ],
      flat: ["flatten", "lists", "all"],
      elements: ["castTypes", "flat", { all: "int" }],
      result: [
        "join",
        "joinLeft",
        "elements",
        "sales",
        [
          ["$left.region", "$right.region"],
          ["$left.all", "$right.n"],
        ],
        { n: "$left.all", most: "$left.most", item: "$right.item" },
      ],
    },
  },
} as const satisfies Record<string, Program>;
