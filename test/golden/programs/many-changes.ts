import { changing } from "../changing.ts";
import type { JoinMode, Program, Step } from "../program.ts";

const left = changing({ seed: 1, keys: 12, commits: 14 });
const right = changing({ seed: 2, keys: 9, commits: 14 });
const columns = { n: "$left.n", k: "$left.k", m: "$right.n", w: "$right.w" } as const;

function joined(mode: JoinMode): Program {
  return {
    tables: { left, right },
    steps: { result: ["join", mode, "left", "right", [["$left.k", "$right.k"]], columns] },
  };
}

const reducers = {
  k: "$k",
  rows: ["count"],
  sum: ["sum", "$n"],
  least: ["min", "$n"],
  greatest: ["max", "$n"],
  kinds: ["countDistinct", "$w"],
  all: ["sortedTuple", "$n"],
} as const;
const grouped = (table: string): Step => ["groupBy", table, ["$k"], reducers];

/** Programs over tables of many changes, drawn by lot: rows of few values come, change and go in each commit. */
export const manyChangesPrograms = {
  "many changes: groups": { tables: { left }, steps: { result: grouped("left") } },
  "many changes: groups of what is left": {
    tables: { left },
    steps: { some: ["filter", "left", ["ne", "$w", "y"]], result: grouped("some") },
  },
  "many changes: join": joined("join"),
  "many changes: joinLeft": joined("joinLeft"),
  "many changes: joinRight": joined("joinRight"),
  "many changes: joinOuter": joined("joinOuter"),
  "many changes: two conditions": {
    tables: { left, right },
    steps: {
      result: [
        "join",
        "join",
        "left",
        "right",
        [
          ["$left.k", "$right.k"],
          ["$left.w", "$right.w"],
        ],
        columns,
      ],
    },
  },
  "many changes: groups of pairs": {
    tables: { left, right },
    steps: {
      both: [
        "join",
        "joinLeft",
        "left",
        "right",
        [["$left.k", "$right.k"]],
        { n: "$left.n", k: "$left.k", w: "$right.w" },
      ],
      result: grouped("both"),
    },
  },
  "many changes: rows that override others": {
    tables: { left, right },
    steps: { result: ["updateRows", "left", "right"] },
  },
  "many changes: both tables": {
    tables: { left, right },
    steps: { both: ["concatReindex", ["left", "right"]], result: grouped("both") },
  },
  "many changes: groups joined with their rows": {
    tables: { left },
    steps: {
      most: ["groupBy", "left", ["$k"], { k: "$k", n: ["max", "$n"] }],
      result: [
        "join",
        "join",
        "left",
        "most",
        [
          ["$left.k", "$right.k"],
          ["$left.n", "$right.n"],
        ],
        {
          k: "$left.k",
          w: "$left.w",
        },
      ],
    },
  },
} as const satisfies Record<string, Program>;
