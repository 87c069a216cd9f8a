import type { Program } from "../program.ts";
import { gaps, orders, readings, sales } from "../tables.ts";

/** Rows compared with the one accepted last. */
export const deduplicatePrograms = {
  "deduplicate: values that differ from the last": {
    tables: { readings },
    steps: { result: ["deduplicate", "readings", { value: "$v", instance: "$sensor", acceptor: "differs" }] },
  },
  "deduplicate: values that are higher": {
    tables: { readings },
    steps: { result: ["deduplicate", "readings", { value: "$v", instance: "$sensor", acceptor: "higher" }] },
  },
  "deduplicate: a whole table": {
    tables: { orders },
    steps: { result: ["deduplicate", "orders", { value: "$amount", acceptor: "higher" }] },
  },
  "deduplicate: rows that go are not looked at": {
    tables: { sales },
    steps: {
      kept: ["deduplicate", "sales", { value: "$n", instance: "$region", acceptor: "higher" }],
      result: ["select", "kept", { region: "$region", n: "$n" }],
    },
  },
  "deduplicate: several rows of a commit": {
    tables: {
      t: `
          | k | v | __time__ | __diff__
        1 | a | 3 | 2        | 1
        2 | a | 1 | 2        | 1
        3 | a | 2 | 2        | 1
        4 | a | 5 | 4        | 1
        5 | a | 4 | 4        | 1
        6 | b | 9 | 4        | 1
        3 | a | 2 | 6        | -1
        7 | b | 8 | 6        | 1
        8 | b | 7 | 6        | 1
      `,
    },
    steps: { result: ["deduplicate", "t", { value: "$v", instance: "$k", acceptor: "differs" }] },
  },
  "deduplicate: sums that moved far": {
    tables: { sales },
    steps: {
      sums: ["groupBy", "sales", ["$region"], { region: "$region", n: ["sum", "$n"] }],
      result: ["deduplicate", "sums", { value: "$n", instance: "$region", acceptor: "threeAway" }],
    },
  },
  "deduplicate: what may be missing": {
    tables: { gaps },
    steps: { result: ["deduplicate", "gaps", { value: "$v", instance: "$k", acceptor: "differs" }] },
  },
} as const satisfies Record<string, Program>;
