import type { Program } from "../program.ts";
import { bools, floats, gaps, instants, orders, pairs, readings, sales } from "../tables.ts";

/** Groups, and every reducer. */
export const groupPrograms = {
  "rows counted by group": {
    tables: { sales },
    steps: { result: ["groupBy", "sales", ["$region"], { region: "$region", rows: ["count"] }] },
  },
  "sums by group": {
    tables: { sales },
    steps: { result: ["groupBy", "sales", ["$region"], { region: "$region", n: ["sum", "$n"] }] },
  },
  "several reducers by group": {
    tables: { sales },
    steps: {
      result: [
        "groupBy",
        "sales",
        ["$region"],
        {
          region: "$region",
          rows: ["count"],
          sum: ["sum", "$n"],
          avg: ["avg", "$n"],
          min: ["min", "$n"],
          max: ["max", "$n"],
        },
      ],
    },
  },
  "groups by two columns": {
    tables: { sales },
    steps: {
      result: [
        "groupBy",
        "sales",
        ["$region", "$item"],
        { item: "$item", region: "$region", n: ["sum", "$n"] },
      ],
    },
  },
  "groups by an expression": {
    tables: { pairs },
    steps: {
      signs: ["withColumns", "pairs", { positive: ["gt", "$a", 0] }],
      result: ["groupBy", "signs", ["$positive"], { positive: "$positive", b: ["sum", "$b"] }],
    },
  },
  "groups by a bool and a number": {
    tables: { bools },
    steps: { result: ["groupBy", "bools", ["$p", "$q"], { p: "$p", q: "$q", rows: ["count"] }] },
  },
  "groups by what may be missing": {
    tables: { gaps },
    steps: { result: ["groupBy", "gaps", ["$v"], { v: "$v", rows: ["count"], least: ["min", "$k"] }] },
  },
  "expressions over reducers": {
    tables: { sales },
    steps: {
      result: [
        "groupBy",
        "sales",
        ["$region"],
        {
          region: ["str.upper", "$region"],
          mean: ["div", ["sum", "$n"], ["count"]],
          span: ["sub", ["max", "$n"], ["min", "$n"]],
          doubled: ["sum", ["mul", "$n", 2]],
        },
      ],
    },
  },
  "a group of groups": {
    tables: { sales },
    steps: {
      sums: ["groupBy", "sales", ["$region"], { region: "$region", n: ["sum", "$n"] }],
      result: ["groupBy", "sums", ["$n"], { n: "$n", regions: ["count"] }],
    },
  },
  "groups without their values": {
    tables: { sales },
    steps: { result: ["groupBy", "sales", ["$region", "$item"], { n: ["max", "$n"] }] },
  },
  "all rows as one": {
    tables: { sales },
    steps: { result: ["reduce", "sales", { rows: ["count"], n: ["sum", "$n"], most: ["max", "$n"] }] },
  },
  "a table that becomes empty": {
    tables: {
      t: `
          | n | __time__ | __diff__
        1 | 4 | 2        | 1
        2 | 5 | 4        | 1
        1 | 4 | 6        | -1
        2 | 5 | 6        | -1
        3 | 0 | 8        | 1
      `,
    },
    steps: { result: ["reduce", "t", { rows: ["count"], n: ["sum", "$n"] }] },
  },
  "a table whose rows are filtered away": {
    tables: { sales },
    steps: {
      none: ["filter", "sales", ["gt", "$n", 100]],
      result: ["reduce", "none", { rows: ["count"], n: ["sum", "$n"] }],
    },
  },
  "an answer that stays": {
    tables: { sales },
    steps: { result: ["groupBy", "sales", ["$item"], { item: "$item", least: ["min", "$n"] }] },
  },
  "sums of floats": {
    tables: { floats },
    steps: { result: ["reduce", "floats", { sum: ["sum", "$x"], avg: ["avg", "$y"], rows: ["count"] }] },
  },
  "sums of floats that come and go": {
    tables: {
      t: `
          | k | x    | __time__ | __diff__
        1 | a | 0.5  | 2        | 1
        2 | a | 2.25 | 2        | 1
        3 | b | -1.5 | 4        | 1
        1 | a | 0.5  | 6        | -1
        3 | b | -1.5 | 8        | -1
        4 | b | 7.75 | 10       | 1
      `,
    },
    steps: { result: ["groupBy", "t", ["$k"], { k: "$k", sum: ["sum", "$x"], avg: ["avg", "$x"] }] },
  },
  "a sum beyond the safe integers": {
    tables: {
      t: `
          | n                | __time__ | __diff__
        1 | 9007199254740991 | 2        | 1
        2 | 9007199254740991 | 4        | 1
        3 | -5               | 6        | 1
        1 | 9007199254740991 | 8        | -1
      `,
    },
    onError: "report",
    steps: { result: ["reduce", "t", { sum: ["sum", "$n"] }] },
  },
  "sums of a tenth": {
    tables: {
      t: `
          | k | x   | __time__ | __diff__
        1 | a | 0.1 | 2        | 1
        2 | a | 0.2 | 4        | 1
        3 | a | 0.3 | 6        | 1
        4 | b | 1e9 | 6        | 1
        1 | a | 0.1 | 8        | -1
        4 | b | 1e9 | 8        | -1
        5 | b | 0.7 | 8        | 1
      `,
    },
    steps: { result: ["groupBy", "t", ["$k"], { k: "$k", sum: ["sum", "$x"], avg: ["avg", "$x"] }] },
  },
  "a large float beside a small one": {
    tables: {
      t: `
          | x    | __time__ | __diff__
        1 | 1e16 | 2        | 1
        2 | 1.5  | 4        | 1
        3 | 1.5  | 4        | 1
        1 | 1e16 | 6        | -1
      `,
    },
    steps: { result: ["reduce", "t", { sum: ["sum", "$x"] }] },
  },
  "least and greatest of floats and texts": {
    tables: { floats, sales },
    steps: {
      numbers: ["reduce", "floats", { least: ["toStr", ["min", "$x"]], greatest: ["toStr", ["max", "$y"]] }],
      words: ["reduce", "sales", { least: ["min", "$item"], greatest: ["max", "$item"] }],
      result: ["concatReindex", ["numbers", "words"]],
    },
  },
  "least and greatest where some are missing": {
    tables: { gaps },
    steps: {
      result: ["groupBy", "gaps", ["$k"], { k: "$k", least: ["min", "$v"], greatest: ["max", "$v"] }],
    },
  },
  "least and greatest of instants": {
    tables: { instants },
    steps: {
      at: ["select", "instants", { at: ["datetime", "$ms"] }],
      result: ["reduce", "at", { first: ["min", "$at"], last: ["max", "$at"] }],
    },
  },
  "rows counted where some are missing": {
    tables: { gaps },
    steps: {
      result: ["groupBy", "gaps", ["$k"], { k: "$k", rows: ["count"], kinds: ["countDistinct", "$v"] }],
    },
  },
  "different values counted": {
    tables: { sales },
    steps: {
      result: [
        "groupBy",
        "sales",
        ["$region"],
        {
          region: "$region",
          items: ["countDistinct", "$item"],
          numbers: ["countDistinct", "$n"],
        },
      ],
    },
  },
  "the row with the most": {
    tables: { sales },
    steps: {
      keyed: ["withColumns", "sales", { row: "$id" }],
      best: [
        "groupBy",
        "keyed",
        ["$region"],
        { region: "$region", best: ["argMax", "$n"], worst: ["argMin", "$n"] },
      ],
      named: [
        "join",
        "join",
        "best",
        "keyed",
        [["$left.best", "$right.row"]],
        {
          region: "$left.region",
          item: "$right.item",
          n: "$right.n",
          worst: "$left.worst",
        },
      ],
      result: [
        "join",
        "join",
        "named",
        "keyed",
        [["$left.worst", "$right.row"]],
        {
          region: "$left.region",
          best: "$left.n",
          worst: "$right.n",
        },
      ],
    },
  },
  "the one value of a group": {
    tables: { sales },
    steps: { result: ["groupBy", "sales", ["$item"], { item: "$item", same: ["unique", "$item"] }] },
  },
  "a value of a group that has one": {
    tables: { sales },
    steps: { result: ["groupBy", "sales", ["$item"], { same: ["any", "$item"], rows: ["count"] }] },
  },
  "values in order": {
    tables: { sales },
    steps: {
      result: [
        "groupBy",
        "sales",
        ["$region"],
        { region: "$region", n: ["sortedTuple", "$n"], items: ["sortedTuple", "$item"] },
      ],
    },
  },
  "values in order where some are missing": {
    tables: { gaps },
    steps: {
      result: [
        "groupBy",
        "gaps",
        ["$k"],
        {
          k: "$k",
          all: ["sortedTuple", "$v"],
          there: ["sortedTupleWithoutNulls", "$v"],
        },
      ],
    },
  },
  "values in the order of others": {
    tables: { sales },
    steps: {
      result: ["groupBy", "sales", ["$region"], { region: "$region", items: ["tupleBy", "$item", "$n"] }],
    },
  },
  "the first and last to come": {
    tables: { readings },
    steps: {
      result: [
        "groupBy",
        "readings",
        ["$sensor"],
        {
          sensor: "$sensor",
          first: ["earliest", "$v"],
          last: ["latest", "$v"],
        },
      ],
    },
  },
  "the first to come, when it goes": {
    tables: { orders },
    steps: {
      result: ["groupBy", "orders", ["$customer"], { customer: "$customer", first: ["earliest", "$amount"] }],
    },
  },
  "the last to come, when it goes": {
    tables: { orders },
    steps: {
      result: ["groupBy", "orders", ["$customer"], { customer: "$customer", last: ["latest", "$amount"] }],
    },
  },
  "groups by a zero of either sign": {
    tables: { floats },
    steps: {
      zeros: ["select", "floats", { zero: ["mul", "$x", 0], y: "$y" }],
      result: ["groupBy", "zeros", ["$zero"], { zero: "$zero", rows: ["count"], least: ["min", "$y"] }],
    },
  },
} as const satisfies Record<string, Program>;
