/** Which plans a consumer group can run, and what the others are told. Random plans: test/fuzz/dealt-partitions.test.ts. */
import { describe, expect, it } from "vitest";
import { TowpathError } from "../../../lib/errors.ts";
import * as pw from "../../../lib/index.ts";
import { dealtSources } from "../../../lib/plan/dealt-partitions.ts";
import { currentPlan } from "../../../lib/plan/plan.ts";

const settings = { "bootstrap.servers": "localhost:1", "group.id": "g" };
const Order = { id: "int", customer: "str", amount: "float", at: "int" } as const;
const read = (options: object = {}) =>
  pw.kafka.read(settings, {
    topicNames: ["orders"],
    format: "json",
    schema: pw.schema({ ...Order, id: pw.column({ type: "int", primaryKey: true }) }),
    assignment: "group",
    withMetadata: true,
    ...options,
  });
type Orders = ReturnType<typeof read>;
const readRows = (options: object = {}) =>
  pw.kafka.read(settings, {
    topicNames: ["orders"],
    format: "json",
    schema: pw.schema(Order),
    assignment: "group",
    withMetadata: true,
    ...options,
  });

/** What a refused plan is told; null where it passes. */
function refusal(build: () => void): string | null {
  return pw.graph(() => {
    build();
    try {
      dealtSources(currentPlan().outputs);
      return null;
    } catch (error) {
      if (!(error instanceof TowpathError)) throw error;
      expect(error.code).toBe("TP_PLAN_NEEDS_ALL_PARTITIONS");
      expect(error.where).toMatch(/dealt-partitions\.test\.ts:\d+$/);
      expect(error.hint).toContain('assignment: "all"');
      return error.detail;
    }
  });
}

const heard = (table: unknown): void => pw.subscribe(table as Orders, { onChange: () => {} });
const apart = "rows that it brings together may be of several partitions";

describe("a plan of a consumer group passes where", () => {
  const passing: Record<string, () => void> = {
    "each row is by itself": () =>
      heard(
        readRows()
          .filter((c) => c.amount.gt(1))
          .select((c) => ({ id: c.id })),
      ),
    "it groups by the primary key": () =>
      heard(
        read()
          .groupBy("id")
          .reduce((c) => ({ id: c.id, n: pw.reducers.count() })),
      ),
    "it groups by more than the primary key": () =>
      heard(
        read()
          .groupBy("id", "customer")
          .reduce((c) => ({ id: c.id, n: pw.reducers.count() })),
      ),
    "it groups by the partition": () => {
      const t = readRows();
      const placed = t.select({ p: t._metadata.get("partition").cast("int"), amount: t.amount });
      heard(placed.groupBy("p").reduce((c) => ({ p: c.p, sum: pw.reducers.sum(c.amount) })));
    },
    "it joins on the primary key": () => {
      const t = read();
      const large = t.filter((c) => c.amount.gt(100)).select((c) => ({ id: c.id, large: c.amount }));
      heard(t.join(large, t.id.eq(large.id)).select({ id: t.id, large: large.large }));
    },
    "the upserts' key is the primary key": () =>
      pw.kafka.write(
        read().select((c) => ({ id: c.id, amount: c.amount })),
        settings,
        {
          topicName: "out",
          format: "json",
          envelope: "upsert",
        },
      ),
  };
  for (const [name, build] of Object.entries(passing)) it(name, () => expect(refusal(build)).toBeNull());
});

describe("a plan of a consumer group is refused where", () => {
  const refused: Record<string, readonly [string, () => void]> = {
    "it groups by another column": [
      `groupBy customer: count(): ${apart}`,
      () =>
        heard(
          read()
            .groupBy("customer")
            .reduce((c) => ({ c: c.customer, n: pw.reducers.count() })),
        ),
    ],
    "it is over all rows": [
      "groupBy all rows: count(): it is over the rows of all partitions",
      () => heard(readRows().reduce({ n: pw.reducers.count() })),
    ],
    "the primary key is computed anew": [
      `groupBy id: count(): ${apart}`,
      () =>
        heard(
          read()
            .withColumns((c) => ({ id: c.id.mod(10) }))
            .groupBy("id")
            .reduce((c) => ({ id: c.id, n: pw.reducers.count() })),
        ),
    ],
    "it groups by the partition of several topics": [
      `groupBy p: count(): ${apart}`,
      () => {
        const t = readRows({ topicNames: ["orders", "returns"] });
        const placed = t.select({ p: t._metadata.get("partition").cast("int") });
        heard(placed.groupBy("p").reduce((c) => ({ p: c.p, n: pw.reducers.count() })));
      },
    ],
    "it depends on when rows came": [
      "groupBy id: latest(amount): what latest answers depends on when rows came",
      () =>
        heard(
          read()
            .groupBy("id")
            .reduce((c) => ({ id: c.id, last: pw.reducers.latest(c.amount) })),
        ),
    ],
    "another table takes part": [
      "the rows of its other table would be there once for each partition",
      () => {
        const t = readRows().select((c) => ({ id: c.id }));
        heard(t.concat(pw.debug.tableFromRows(pw.schema({ id: "int" }), [{ row: { id: 1 } }])));
      },
    ],
    "two groups are joined": [
      apart,
      () => {
        const [one, other] = [read(), read({ name: "other" })];
        heard(one.join(other, one.id.eq(other.id)).select({ id: one.id }));
      },
    ],
    "messages have one order": [
      'the order of messages in the envelope "updates" is their meaning',
      () =>
        pw.kafka.write(
          readRows().select((c) => ({ id: c.id })),
          settings,
          { topicName: "out" },
        ),
    ],
    "the upserts' key is another column": [
      "rows that claim one key may be of several partitions",
      () =>
        pw.kafka.write(
          readRows().select((c) => ({ id: c.id })),
          settings,
          {
            topicName: "out",
            format: "json",
            envelope: "upsert",
            key: "id",
          },
        ),
    ],
    "a snapshot would keep the rows of others": ["a snapshot would", () => void pw.materialize(readRows())],
    "state would have to follow the clock": [
      "with commit.everyMs what a commit holds follows the clock",
      () => heard(read({ commit: { everyMs: 100 } })),
    ],
  };
  for (const [name, [detail, build]] of Object.entries(refused))
    it(name, () => expect(refusal(build)).toContain(detail));

  it("persistence is asked for", async () => {
    const run = pw.graph(() => {
      heard(readRows());
      return pw.run({ monitoring: "none", persistence: { path: "/nowhere" } });
    });
    await expect(run).rejects.toMatchObject({ code: "TP_BAD_ARGUMENT" });
  });
});

describe('assignment: "group" refuses', () => {
  const refusedOptions: readonly (readonly [string, object])[] = [
    ["partitions exclude", { partitions: [0] }],
    ['mode "static"', { mode: "static" }],
    ["startFrom is for", { startFrom: "latest" }],
    ['commit.scope "aligned"', { commit: { scope: "aligned" } }],
    ["csv with a header", { format: "csv" }],
  ];
  for (const [detail, options] of refusedOptions)
    it(detail, () => {
      expect(() => readRows(options)).toThrow(
        expect.objectContaining({ detail: expect.stringContaining(detail) }),
      );
    });

  it("settings without a group", () => {
    const options = { topicNames: ["t"], format: "raw", assignment: "group" } as const;
    expect(() => pw.kafka.read({ "bootstrap.servers": "h:1" }, options)).toThrow("group.id");
  });
});
