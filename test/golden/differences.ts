import type { History } from "./histories.ts";

/** Where Towpath's answer is another one on purpose. */
export interface Difference {
  readonly because: string;
  /**
   * The whole answer. "keys": each commit changes the same rows, and only which of the changes share a key differs.
   */
  readonly rows: readonly History[] | "keys";
}

const failed = { failed: true };

const pairKeys = {
  because:
    "The key of a joined row is made of its rows' keys alone, so that it stays when the value that joins them changes; Pathway puts bits of that value, which place the row on a worker, into the key.",
  rows: "keys",
} as const satisfies Difference;

const lostFloats =
  "Pathway 0.33 loses a change of a float sum in whose commit as many rows come as go, and is wrong from then on.";

/** By the program's name. A difference that is none any more fails its test. */
export const differences: Readonly<Record<string, Difference>> = {
  "numbers and bools as texts": {
    because: "Values become texts as JS writes them: true, not True.",
    rows: [
      [
        [2, 1, "7"],
        [8, -1, "7"],
      ],
      [[2, 1, "-7"]],
      [
        [2, 1, "7"],
        [6, -1, "7"],
        [8, 1, "7"],
      ],
      [
        [2, 1, "true"],
        [6, -1, "true"],
        [6, 1, "false"],
      ],
      [
        [2, 1, "true"],
        [8, -1, "true"],
      ],
      [[4, 1, "0"]],
      [[4, 1, "false"]],
      [[4, 1, "false"]],
      [[6, 1, "100"]],
    ],
  },
  "least and greatest of floats and texts": {
    because: "Values become texts as JS writes them: 4, not 4.0.",
    rows: [
      [
        [2, 1, "-2.5", "2.25"],
        [4, -1, "-2.5", "2.25"],
        [4, 1, "-2.5", "4"],
        [6, -1, "-2.5", "4"],
        [6, 1, "-0.75", "4"],
      ],
      [
        [2, 1, "apple", "pear"],
        [6, -1, "apple", "pear"],
        [6, 1, "fig", "pear"],
        [12, -1, "fig", "pear"],
        [12, 1, "apple", "pear"],
      ],
    ],
  },
  "sums of floats": {
    because: lostFloats,
    rows: [
      [
        [2, 1, 0, 1.375, 2],
        [4, -1, 0, 1.375, 2],
        [4, 1, 2.75, 1.3125, 4],
        [6, -1, 2.75, 1.3125, 4],
        [6, 1, 1005.25, 1.3125, 4],
        [8, -1, 1005.25, 1.3125, 4],
        [8, 1, 1001.75, 2.25, 3],
      ],
    ],
  },
  "sums of a tenth": {
    because: `${lostFloats} And the mean of 0.1, 0.2 and 0.3 is exact before it is rounded: 0.2.`,
    rows: [
      [
        [2, 1, "a", 0.1, 0.1],
        [4, -1, "a", 0.1, 0.1],
        [4, 1, "a", 0.30000000000000004, 0.15000000000000002],
        [6, -1, "a", 0.30000000000000004, 0.15000000000000002],
        [6, 1, "a", 0.6, 0.2],
        [8, -1, "a", 0.6, 0.2],
        [8, 1, "a", 0.5, 0.25],
      ],
      [
        [6, 1, "b", 1e9, 1e9],
        [8, -1, "b", 1e9, 1e9],
        [8, 1, "b", 0.7, 0.7],
      ],
    ],
  },
  "a sum beyond the safe integers": {
    because: "An int that JS cannot hold exactly is a failed cell, for as long as the sum is there.",
    rows: [
      [
        [2, 1, 9007199254740991],
        [4, -1, 9007199254740991],
        [4, 1, failed],
        [8, -1, failed],
        [8, 1, 9007199254740986],
      ],
    ],
  },
  "a group where nothing is left": {
    because:
      "A reducer without a valid row gives a failed cell, which removeErrors and outputs leave out; in Pathway the group's other answers go with it.",
    rows: [
      [
        [2, 1, 1, -2],
        [4, -1, 1, -2],
        [4, 1, 1, -1],
        [6, -1, 1, -1],
        [6, 1, 1, 0],
        [8, -1, 1, 0],
        [8, 1, 1, -1],
      ],
      [
        [4, 1, 0, failed],
        [6, -1, 0, failed],
        [6, 1, 0, 0],
      ],
    ],
  },
  "the first to come, when it goes": {
    because: "A row that goes uncovers the next; Pathway keeps the first, also when its group comes back.",
    rows: [
      [
        [2, 1, 1, 10],
        [8, -1, 1, 10],
        [8, 1, 1, 30],
      ],
      [
        [2, 1, 2, 20],
        [6, -1, 2, 20],
        [12, 1, 2, 50],
      ],
      [[4, 1, 9, 40]],
    ],
  },
  "the last to come, when it goes": {
    because: "A row that goes uncovers the one before; Pathway stops at it.",
    rows: [
      [
        [2, 1, 1, 10],
        [4, -1, 1, 10],
        [4, 1, 1, 30],
        [6, -1, 1, 30],
        [6, 1, 1, 20],
      ],
      [
        [2, 1, 2, 20],
        [6, -1, 2, 20],
        [12, 1, 2, 50],
      ],
      [[4, 1, 9, 40]],
    ],
  },
  "join: an int and a float": {
    because: "Rows meet where the condition is true, and 2 equals 2.0; Pathway finds no pair.",
    rows: [
      [
        [2, 1, 2, 2],
        [4, -1, 2, 2],
      ],
      [
        [2, 1, 2, 2],
        [8, -1, 2, 2],
      ],
      [
        [2, 1, 2, 2],
        [4, -1, 2, 2],
        [4, 1, -3, -3],
      ],
      [
        [2, 1, 2, 2],
        [4, -1, 2, 2],
      ],
      [
        [2, 1, -2, -2],
        [6, -1, -2, -2],
        [8, 1, -2, -2],
      ],
      [[4, 1, 5, 5]],
      [[6, 1, 9, 9]],
    ],
  },
  "deduplicate: what may be missing": {
    because:
      "An accepted null is a value like others; Pathway takes it for none and accepts what comes next.",
    rows: [
      [
        [2, 1, "a", 3, null],
        [4, -1, "a", 3, null],
        [4, 1, "a", null, null],
      ],
      [
        [2, 1, "b", null, 5],
        [4, -1, "b", null, 5],
        [4, 1, "b", 4, 5],
        [6, -1, "b", 4, 5],
        [6, 1, "b", 9, 9],
      ],
    ],
  },
  "joinLeft: orders and customers": pairKeys,
  "joinOuter: orders and customers": pairKeys,
  "joinOuter: null meets null": pairKeys,
  "joinOuter after joinLeft": pairKeys,
  "many changes: join": pairKeys,
  "many changes: joinLeft": pairKeys,
  "many changes: joinRight": pairKeys,
  "many changes: joinOuter": pairKeys,
  "many changes: two conditions": pairKeys,
  "many changes: groups joined with their rows": pairKeys,
  "chain: joinLeft, joinLeft": pairKeys,
  "chain: joinOuter, joinOuter": pairKeys,
};
