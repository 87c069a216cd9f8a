import type { Columns, JoinMode, Program, Step } from "../program.ts";
import { customers, gaps, orders, pairs, sales } from "../tables.ts";

const columns = {
  amount: "$left.amount",
  nr: "$right.nr",
  segment: "$right.segment",
} as const satisfies Columns;

function ordersAndCustomers(mode: JoinMode): Step {
  return ["join", mode, "orders", "customers", [["$left.customer", "$right.nr"]], columns];
}

function gapsWithThemselves(mode: JoinMode): Program {
  return {
    tables: { left: gaps, right: gaps },
    steps: {
      other: ["select", "right", { kind: "$k", value: "$v" }],
      result: [
        "join",
        mode,
        "left",
        "other",
        [["$left.w", "$right.value"]],
        {
          k: "$left.k",
          w: "$left.w",
          kind: "$right.kind",
        },
      ],
    },
  };
}

/** Joins of every kind, where both sides change. */
export const joinPrograms = {
  "join: orders and customers": {
    tables: { orders, customers },
    steps: { result: ordersAndCustomers("join") },
  },
  "joinLeft: orders and customers": {
    tables: { orders, customers },
    steps: { result: ordersAndCustomers("joinLeft") },
  },
  "joinRight: orders and customers": {
    tables: { orders, customers },
    steps: { result: ordersAndCustomers("joinRight") },
  },
  "joinOuter: orders and customers": {
    tables: { orders, customers },
    steps: { result: ordersAndCustomers("joinOuter") },
  },
  "join: null meets null": gapsWithThemselves("join"),
  "joinLeft: null meets null": gapsWithThemselves("joinLeft"),
  "joinOuter: null meets null": gapsWithThemselves("joinOuter"),
  "join: two conditions": {
    tables: { pairs, sales },
    steps: {
      more: ["select", "sales", { region: "$region", item: "$item", m: "$n" }],
      result: [
        "join",
        "join",
        "sales",
        "more",
        [
          ["$left.region", "$right.region"],
          ["$left.item", "$right.item"],
        ],
        {
          item: "$left.item",
          n: "$left.n",
          m: "$right.m",
        },
      ],
    },
  },
  "joinLeft: two conditions": {
    tables: { sales },
    steps: {
      pears: ["filter", "sales", ["eq", "$item", "pear"]],
      other: ["select", "pears", { region: "$region", n: "$n" }],
      result: [
        "join",
        "joinLeft",
        "sales",
        "other",
        [
          ["$left.region", "$right.region"],
          ["$left.n", "$right.n"],
        ],
        {
          item: "$left.item",
          n: "$left.n",
          pear: ["isNotNull", "$right.n"],
        },
      ],
    },
  },
  "join: expressions as conditions": {
    tables: { pairs },
    steps: {
      left: ["select", "pairs", { a: "$a", half: ["floorDiv", "$a", 7] }],
      right: ["select", "pairs", { b: "$b", sign: ["sub", "$b", 1] }],
      result: [
        "join",
        "join",
        "left",
        "right",
        [["$left.half", "$right.sign"]],
        { a: "$left.a", b: "$right.b" },
      ],
    },
  },
  "join: an int and a float": {
    tables: { pairs },
    steps: {
      floats: ["select", "pairs", { x: ["cast", "$b", "float"] }],
      result: ["join", "join", "pairs", "floats", [["$left.b", "$right.x"]], { b: "$left.b", x: "$right.x" }],
    },
  },
  "join: a table with itself": {
    tables: { sales },
    steps: {
      other: ["select", "sales", { region: "$region", m: "$n" }],
      result: [
        "join",
        "join",
        "sales",
        "other",
        [["$left.region", "$right.region"]],
        { n: "$left.n", m: "$right.m" },
      ],
    },
  },
  "join: sums by what another table says": {
    tables: { orders, customers },
    steps: {
      both: ordersAndCustomers("join"),
      result: [
        "groupBy",
        "both",
        ["$segment"],
        { segment: "$segment", total: ["sum", "$amount"], rows: ["count"] },
      ],
    },
  },
  "joinLeft: sums where nobody may be known": {
    tables: { orders, customers },
    steps: {
      both: ordersAndCustomers("joinLeft"),
      result: [
        "groupBy",
        "both",
        ["$segment"],
        { segment: "$segment", total: ["sum", "$amount"], rows: ["count"] },
      ],
    },
  },
  "join: rows with the sums of their groups": {
    tables: { sales },
    steps: {
      sums: ["groupBy", "sales", ["$region"], { region: "$region", total: ["sum", "$n"] }],
      result: [
        "join",
        "join",
        "sales",
        "sums",
        [["$left.region", "$right.region"]],
        {
          item: "$left.item",
          share: ["div", "$left.n", "$right.total"],
        },
      ],
    },
  },
  "join: three tables": {
    tables: {
      orders,
      customers,
      rates: `
           | segment | rate | __time__ | __diff__
        21 | retail  | 2    | 2        | 1
        22 | bulk    | 1    | 6        | 1
        21 | retail  | 2    | 10       | -1
        21 | retail  | 3    | 10       | 1
      `,
    },
    steps: {
      both: ordersAndCustomers("join"),
      result: [
        "join",
        "join",
        "both",
        "rates",
        [["$left.segment", "$right.segment"]],
        {
          cost: ["mul", "$left.amount", "$right.rate"],
          nr: "$left.nr",
        },
      ],
    },
  },
  "joinOuter after joinLeft": {
    tables: { orders, customers, sales },
    steps: {
      both: ordersAndCustomers("joinLeft"),
      numbers: ["groupBy", "sales", ["$n"], { n: "$n", rows: ["count"] }],
      result: [
        "join",
        "joinOuter",
        "both",
        "numbers",
        [["$left.nr", "$right.n"]],
        {
          amount: "$left.amount",
          segment: "$left.segment",
          n: "$right.n",
        },
      ],
    },
  },
  "join: nothing meets": {
    tables: { orders, customers },
    steps: {
      result: ["join", "join", "orders", "customers", [["$left.amount", "$right.nr"]], columns],
    },
  },
  "joinOuter: nothing meets": {
    tables: { orders, customers },
    steps: {
      result: ["join", "joinOuter", "orders", "customers", [["$left.amount", "$right.nr"]], columns],
    },
  },
  "join: pairs filtered and counted": {
    tables: { orders, customers },
    steps: {
      both: ordersAndCustomers("join"),
      large: ["filter", "both", ["ge", "$amount", 20]],
      result: ["reduce", "large", { rows: ["count"], most: ["max", "$amount"] }],
    },
  },
  "join: the answer that stays": {
    tables: { orders, customers },
    steps: {
      both: ordersAndCustomers("join"),
      result: ["select", "both", { nr: "$nr" }],
    },
  },
} as const satisfies Record<string, Program>;
