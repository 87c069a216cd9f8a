/** Wrong options of `pw.kafka.read` are named when the plan is built; right ones give typed columns. */
import * as pw from "towpath";
import { describe, expect, expectTypeOf, it } from "vitest";
import { ConnectionLog } from "../../connectors/kafka/client/connection-log.ts";
import type { Table } from "../../lib/table/table.ts";

const settings = { "bootstrap.servers": "127.0.0.1:1" };
const good = { topicNames: ["t"], format: "csv", valueColumns: ["v"] };

function readWith(changes: Record<string, unknown>, base: Record<string, unknown> = good): () => unknown {
  return () => pw.graph(() => pw.kafka.read(settings, { ...base, ...changes } as never));
}

describe("an option that cannot be", () => {
  const cases: readonly (readonly [Record<string, unknown>, RegExp, string?])[] = [
    [{ topicNames: [] }, /topicNames names no topic/],
    [{ topicNames: "t" }, /topicNames names no topic/],
    [{ topicNames: ["a b"] }, /topicNames: "a b" is not a name/],
    [{ topicNames: ["^t.*"] }, /patterns are not supported/],
    [{ topicNames: ["t", "t"] }, /topicNames names "t" twice/],
    [{ format: "jsn" }, /format cannot be "jsn".*Did you mean "json"/],
    [{ format: undefined }, /format cannot be undefined/],
    [{ valueColumn: ["v"] }, /no option "valueColumn".*Did you mean "valueColumns"/],
    [{ deadLetter: "x" }, /no option "deadLetter"/],
    [{ encoding: "utf8" }, /format "csv" has no option "encoding"/],
    [{ valueColumns: undefined }, /format "csv" needs columns/],
    [{ schema: pw.schema({ v: "int" }) }, /both given/],
    [{ valueColumns: undefined, schema: { v: "int" } }, /schema is not one/],
    [{ valueColumns: [] }, /valueColumns names no column/, "TP_BAD_SCHEMA"],
    [{ valueColumns: ["v", "v"] }, /names "v" twice/, "TP_COLUMN_DUPLICATE"],
    [{ valueColumns: ["_metadata"], withMetadata: true }, /_metadata/, "TP_COLUMN_DUPLICATE"],
    [{ primaryKey: ["w"] }, /primaryKey: there is no column "w"/],
    [{ primaryKey: [] }, /primaryKey names no column/],
    [{ primaryKey: ["v", "v"] }, /primaryKey names a column twice/],
    [{ mode: "stream" }, /mode cannot be "stream"/],
    [{ onError: "ignore" }, /onError cannot be "ignore"/],
    [{ onError: null }, /onError cannot be null.*"skip", or \{ deadLetter: "topic" \}/],
    [{ onError: {} }, /onError.deadLetter: undefined is not a name for a topic/],
    [{ onError: { deadLetter: "a b" } }, /onError.deadLetter: "a b" is not a name for a topic/],
    [{ onError: { deadLetter: "t" } }, /onError.deadLetter: "t" is read by this very source/],
    [{ onError: { deadletter: "x" } }, /onError has no option "deadletter".*Did you mean "deadLetter"/],
    [{ session: "upsert" }, /session: "upsert" needs a primary key/],
    [{ session: "update", primaryKey: ["v"] }, /session cannot be "update".*"upsert", "insert"/],
    [{ format: "updates", session: "insert" }, /format "updates" has no option "session"/],
    [{ partitions: 1 }, /partitions is none of its forms/],
    [{ partitions: [] }, /partitions names no partition/],
    [{ partitions: [0, -1] }, /partitions: -1 is not a partition/],
    [{ partitions: [0, "1"] }, /partitions: "1" is not a partition/],
    [{ partitions: [2, 2] }, /partitions names 2 twice/],
    [{ partitions: { index: 2, of: 2 } }, /\{ index: 2, of: 2 \} is no share.*with index below of/],
    [{ partitions: { index: 0.5, of: 2 } }, /is no share/],
    [{ partitions: { index: 0 } }, /\{ index: 0, of: undefined \} is no share/],
    [{ partitions: { index: 0, off: 2 } }, /partitions has no option "off".*Did you mean "of"/],
    [{ assignment: "groups" }, /assignment cannot be "groups"/],
    [{ assignment: "group" }, /assignment: "group" needs a "group.id"/],
    [{ maxBacklogRows: 0 }, /maxBacklogRows is not a number above 0/],
    [{ maxBacklogRows: 1.5 }, /maxBacklogRows is not a number above 0/],
    [{ withMetadata: "yes" }, /withMetadata cannot be "yes"/],
    [{ name: "" }, /name is not a text/],
    [{ csv: { delimiter: ";;" } }, /csv delimiter/],
    [{ startFrom: "start" }, /startFrom is none of its forms/],
    [{ startFrom: "committed" }, /needs a "group.id"/],
    [{ startFrom: { timestamp: Number.NaN } }, /startFrom.timestamp/],
    [{ startFrom: { offsets: [1] } }, /startFrom.offsets is not an object/],
    [{ startFrom: { offsets: { u: [1] } } }, /"u" is not in topicNames/],
    [{ startFrom: { offsets: { t: { 0: -1 } } } }, /partition 0 has no offset/],
    [{ startFrom: { offsets: { t: { x: 1 } } } }, /partition x has no offset/],
    [{ commit: { every: 1 } }, /commit has no option "every"/],
    [{ commit: { marker: " " } }, /commit.marker is not a text/],
    [{ commit: { marker: null } }, /nothing would ever commit/],
    [{ commit: { scope: "all" } }, /commit.scope cannot be "all"/],
    [{ commit: { everyMs: 0 } }, /commit.everyMs is not a number above 0/],
    [{ commit: { everyRows: 1.5 } }, /commit.everyRows is not a number above 0/],
    [{ commit: { maxPendingRows: "9" } }, /commit.maxPendingRows is not a number above 0/],
    [{ commit: { stallAfterMs: Number.NaN } }, /commit.stallAfterMs is not a number above 0/],
    [{ commit: { tail: "keep" } }, /commit.tail cannot be "keep"/],
    [{ commit: "always" }, /commit is not an object/],
  ];
  for (const [changes, message, code = "TP_BAD_ARGUMENT"] of cases) {
    it(`${JSON.stringify(changes)} is named`, () => {
      expect(readWith(changes)).toThrow(
        expect.objectContaining({ code, message: expect.stringMatching(message) }),
      );
    });
  }

  it("a key that differs from the schema's is named", () => {
    const schema = pw.schema({ a: pw.column({ type: "int", primaryKey: true }), b: "int" });
    const base = { topicNames: ["t"], format: "json", schema };
    expect(readWith({ primaryKey: ["b"] }, base)).toThrow(/differs/);
    expect(readWith({ primaryKey: ["a"] }, base)).not.toThrow();
  });

  it("what is a default may be said", () => {
    expect(readWith({ session: "upsert", primaryKey: ["v"], assignment: "all" })).not.toThrow();
    expect(readWith({ session: "insert", partitions: { index: 0, of: 1 } })).not.toThrow();
  });

  it("settings are checked too", () => {
    const read = (given: Record<string, string>) => () =>
      pw.graph(() => pw.kafka.read(given, { topicNames: ["t"], format: "raw" }));
    expect(read({})).toThrow(/TP_KAFKA_NO_BROKERS/);
    expect(read({ ...settings, "group.idd": "g" })).toThrow(/TP_KAFKA_UNKNOWN_SETTING.*"group.id"/);
  });

  it("an ingest that is none is named when the run starts", async () => {
    const before = process.env.TOWPATH_INGEST;
    process.env.TOWPATH_INGEST = "fast";
    try {
      const { readAll } = await import("../support/kafka/reading.ts");
      await expect(
        readAll(() => pw.kafka.read(settings, { topicNames: ["t"], format: "raw" })),
      ).rejects.toMatchObject({ code: "TP_KAFKA_INGEST" });
    } finally {
      if (before === undefined) delete process.env.TOWPATH_INGEST;
      else process.env.TOWPATH_INGEST = before;
    }
  });
});

describe("the columns", () => {
  it("have the types that the options say", () => {
    pw.graph(() => {
      const raw = pw.kafka.read(settings, { topicNames: ["t"], format: "raw" });
      expectTypeOf(raw).toEqualTypeOf<Table<{ data: Buffer | null }>>();
      const text = pw.kafka.read(settings, { topicNames: ["t"], format: "raw", encoding: "utf8" });
      expectTypeOf(text).toEqualTypeOf<Table<{ data: string | null }>>();
      const csv = pw.kafka.read(settings, { topicNames: ["t"], format: "csv", valueColumns: ["a", "b"] });
      expectTypeOf(csv).toEqualTypeOf<Table<{ a: string; b: string }>>();
      const json = pw.kafka.read(settings, {
        topicNames: ["t"],
        format: "json",
        schema: pw.schema({ n: "int", s: "str?" }),
        withMetadata: true,
      });
      expectTypeOf(json).toEqualTypeOf<Table<{ n: number; s: string | null; _metadata: unknown }>>();
      const any = pw.kafka.read(settings, { topicNames: ["t"], format: "json", valueColumns: ["v"] });
      expectTypeOf(any).toEqualTypeOf<Table<{ v: unknown }>>();
      // @ts-expect-error a misspelt column
      expect(() => csv.c).toThrow("TP_COLUMN_UNKNOWN");
    });
  });
});

describe("the connection's log", () => {
  it("says once that the brokers are away, with the reason and without secrets, and once that they are back", () => {
    const lines: string[] = [];
    const log = new ConnectionLog({ ...settings, "sasl.password": "hunter22" }, (line) => lines.push(line));
    log.answered();
    log.note({ code: -195, message: "one of three is away" });
    log.note({ code: -187, message: "Connection refused by hunter22" });
    log.note({ code: -187, message: "Connection refused again" });
    log.answered();
    log.answered();
    expect(lines).toEqual([
      "no broker of 127.0.0.1:1 answers (Connection refused by ********); reading goes on when one is back",
      "a broker of 127.0.0.1:1 answers again",
    ]);
  });
});
