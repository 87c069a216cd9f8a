import type { ChainEnd, JoinMode, Link, Program } from "../program.ts";
import { customers, orders } from "../tables.ts";

/** What a segment pays: bulk comes late, retail changes, and nobody is in the third. */
const rates = `
     | segment | rate | __time__ | __diff__
  21 | retail  | 2    | 2        | 1
  22 | bulk    | 1    | 6        | 1
  21 | retail  | 2    | 10       | -1
  21 | retail  | 3    | 10       | 1
  23 | public  | 4    | 12       | 1
`;

function chain(first: JoinMode, second: JoinMode, end: ChainEnd, between: readonly Link[] = []): Program {
  return {
    tables: { orders, customers, rates },
    steps: {
      result: [
        "chain",
        "orders",
        [
          [first, "customers", [["$orders.customer", "$customers.nr"]]],
          ...between,
          [second, "rates", [["$customers.segment", "$rates.segment"]]],
        ],
        end,
      ],
    },
  };
}

const columns: ChainEnd = [
  "select",
  { amount: "$orders.amount", nr: "$customers.nr", segment: "$rates.segment", rate: "$rates.rate" },
];
const cost: ChainEnd = ["select", { cost: ["mul", "$orders.amount", "$rates.rate"] }];

/** Three tables joined without a table between. */
export const chainPrograms = {
  "chain: join, join": chain("join", "join", cost),
  "chain: join, joinLeft": chain("join", "joinLeft", columns),
  "chain: joinLeft, join": chain("joinLeft", "join", columns),
  "chain: joinLeft, joinLeft": chain("joinLeft", "joinLeft", columns),
  "chain: joinRight, joinOuter": chain("joinRight", "joinOuter", columns),
  "chain: joinOuter, joinRight": chain("joinOuter", "joinRight", columns),
  "chain: joinOuter, joinOuter": chain("joinOuter", "joinOuter", columns),
  "chain: filtered between": chain("join", "join", cost, [["filter", ["ge", "$orders.amount", 20]]]),
  "chain: groups": chain("join", "joinLeft", [
    "groupBy",
    ["$customers.segment"],
    { segment: "$customers.segment", total: ["sum", "$orders.amount"], known: ["count"] },
  ]),
  "chain: one row": chain("join", "join", ["reduce", { most: ["max", "$rates.rate"], rows: ["count"] }]),
  "chain: conditions on the first and the second table": {
    tables: {
      orders,
      customers,
      agreed: `
           | nr | sum | price | __time__ | __diff__
        31 | 1  | 30  | 25    | 2        | 1
        32 | 2  | 20  | 19    | 4        | 1
        31 | 1  | 30  | 25    | 8        | -1
        33 | 1  | 20  | 18    | 8        | 1
      `,
    },
    steps: {
      result: [
        "chain",
        "orders",
        [
          ["join", "customers", [["$orders.customer", "$customers.nr"]]],
          [
            "join",
            "agreed",
            [
              ["$customers.nr", "$agreed.nr"],
              ["$orders.amount", "$agreed.sum"],
            ],
          ],
        ],
        ["select", { amount: "$orders.amount", price: "$agreed.price", segment: "$customers.segment" }],
      ],
    },
  },
} as const satisfies Record<string, Program>;
