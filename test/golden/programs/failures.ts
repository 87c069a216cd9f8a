import type { Program } from "../program.ts";
import { gaps, numerals, pairs, sales } from "../tables.ts";

const quotients = {
  q: ["select", "pairs", { a: "$a", q: ["floorDiv", "$b", "$a"], g: ["mod", "$a", 2] }],
} as const satisfies Program["steps"];

/** Failed cells as values: what becomes of them. */
export const failurePrograms = {
  "a failed cell is replaced": {
    tables: { pairs },
    onError: "report",
    steps: {
      result: [
        "select",
        "pairs",
        {
          q: ["fillError", ["floorDiv", "$b", "$a"], -1],
          x: ["fillError", ["div", "$b", "$a"], 0.5],
          m: ["fillError", ["mod", "$b", "$a"], 99],
        },
      ],
    },
  },
  "a failed cell stays one": {
    tables: { pairs },
    onError: "report",
    steps: {
      ...quotients,
      result: [
        "select",
        "q",
        {
          more: ["add", "$q", 1],
          none: ["isNull", "$q"],
          same: ["eq", "$q", "$q"],
          first: ["coalesce", "$q", 1],
        },
      ],
    },
  },
  "only the side taken fails": {
    tables: { pairs },
    onError: "report",
    steps: {
      result: [
        "select",
        "pairs",
        {
          safe: ["ifElse", ["eq", "$a", 0], 0, ["floorDiv", "$b", "$a"]],
          not: ["ifElse", ["eq", "$a", 0], ["floorDiv", "$b", "$a"], 0],
        },
      ],
    },
  },
  "rows with failed cells are left out": {
    tables: { pairs },
    onError: "report",
    steps: { ...quotients, result: ["removeErrors", "q"] },
  },
  "rows left out do not count": {
    tables: { pairs },
    onError: "report",
    steps: {
      ...quotients,
      whole: ["removeErrors", "q"],
      result: ["groupBy", "whole", ["$g"], { g: "$g", q: ["sum", "$q"], rows: ["count"] }],
    },
  },
  "a condition that fails": {
    tables: { pairs },
    onError: "report",
    steps: { result: ["filter", "pairs", ["ge", ["floorDiv", "$b", "$a"], 0]] },
  },
  "reducers skip failed cells": {
    tables: { pairs },
    onError: "report",
    steps: {
      ...quotients,
      result: [
        "reduce",
        "q",
        { sum: ["sum", "$q"], least: ["min", "$q"], rows: ["count"], a: ["sum", "$a"] },
      ],
    },
  },
  "a group where nothing is left": {
    tables: { pairs },
    onError: "report",
    steps: {
      ...quotients,
      result: ["groupBy", "q", ["$g"], { g: "$g", sum: ["sum", "$q"] }],
    },
  },
  "groups by a failed cell": {
    tables: { pairs },
    onError: "report",
    steps: { ...quotients, result: ["groupBy", "q", ["$q"], { q: "$q", rows: ["count"] }] },
  },
  "a join by a failed cell": {
    tables: { pairs },
    onError: "report",
    steps: {
      ...quotients,
      other: ["select", "pairs", { b: "$b" }],
      result: ["join", "join", "q", "other", [["$left.q", "$right.b"]], { a: "$left.a", b: "$right.b" }],
    },
  },
  "texts that are no numbers": {
    tables: { numerals },
    onError: "report",
    steps: {
      result: ["select", "numerals", { s: "$s", n: ["str.parseInt", "$s"], x: ["str.parseFloat", "$s"] }],
    },
  },
  "null where none may be": {
    tables: { gaps },
    onError: "report",
    steps: { result: ["select", "gaps", { k: "$k", v: ["unwrap", "$v"] }] },
  },
  "several values where one is expected": {
    tables: { sales },
    onError: "report",
    steps: { result: ["groupBy", "sales", ["$region"], { region: "$region", item: ["unique", "$item"] }] },
  },
  "a division by zero ends the run": {
    tables: { pairs },
    steps: { result: ["select", "pairs", { q: ["floorDiv", "$b", "$a"] }] },
  },
  "a text that is no number ends the run": {
    tables: { numerals },
    steps: { result: ["select", "numerals", { n: ["str.parseInt", "$s"] }] },
  },
  "several values where one is expected end the run": {
    tables: { sales },
    steps: { result: ["groupBy", "sales", ["$region"], { region: "$region", item: ["unique", "$item"] }] },
  },
} as const satisfies Record<string, Program>;
