/** Channels as tables, on a broker inside the process: which values become which, and what is refused when. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as pw from "../../../../lib/index.ts";

const schema = {
  type: "record",
  name: "Everything",
  fields: [
    { name: "whole", type: "long" },
    { name: "part", type: "double" },
    { name: "text", type: "string" },
    { name: "flag", type: "boolean" },
    { name: "raw", type: "bytes" },
    { name: "maybe", type: ["null", "string"] },
    { name: "moment", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "list", type: { type: "array", items: "int" } },
    { name: "choice", type: { type: "enum", name: "Choice", symbols: ["yes", "no"] } },
  ],
} as const;
const narrow = { type: "record", name: "Narrow", fields: [{ name: "n", type: "long" }] } as const;
const quiet = { monitoring: "none" } as const;
const nowhere = "kafka://localhost:9092/signal";

let broker: pw.kafka.EmbeddedBroker;
let channels = 0;
const address = (): string => `kafka://${broker.bootstrap}/tables-${channels++}`;

beforeAll(async () => {
  broker = await pw.kafka.embedded({});
});
afterAll(() => broker[Symbol.asyncDispose]());

/** What a table of the channel holds when it has ended. */
function rowsOf<const S extends object>(options: pw.channels.ChannelReadOptions<S>): Promise<unknown[]> {
  return pw.graph(async () => {
    const rows: unknown[] = [];
    pw.subscribe(pw.channels.read(options), { onChange: ({ row }) => rows.push(row) });
    await pw.run(quiet);
    return rows;
  });
}

describe("pw.channels.read", { timeout: 60_000 }, () => {
  it("has a column for each field, and passes rows on to a channel as they were", async () => {
    const [from, to] = [address(), address()];
    const record = {
      whole: 7,
      part: 0.5,
      text: "é",
      flag: true,
      raw: Buffer.from([0, 255]),
      maybe: null,
      moment: new Date("2026-01-02T03:04:05.006Z"),
      list: [1, 2],
      choice: "no" as const,
    };
    const passing = pw.graph(() => {
      pw.channels.write(pw.channels.read({ uri: from, schema }), { uri: to, schema });
      return pw.run(quiet);
    });
    const rows = rowsOf({ uri: to, schema });
    const output = pw.outputPort({ schema, uri: from });
    await output.write([record, { ...record, maybe: "x", choice: "yes" }]);
    await output.close();
    await passing;
    const moment = record.moment.getTime();
    expect(await rows).toEqual([
      { ...record, moment: expect.anything() },
      { ...record, moment: expect.anything(), maybe: "x", choice: "yes" },
    ]);
    const [first] = (await rows) as { moment: Date | number }[];
    expect(Number(first.moment)).toBe(moment);
  });

  it("reads from the beginning each time, or from where its group has come to", async () => {
    const uri = address();
    const [first, output] = [rowsOf({ uri, schema: narrow }), pw.outputPort({ schema: narrow, uri })];
    await output.write([{ n: 1 }, { n: 2 }]);
    await output.close();
    expect(await first).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await rowsOf({ uri, schema: narrow })).toEqual([{ n: 1 }, { n: 2 }]);
    const [rest, more] = [
      rowsOf({ uri, schema: narrow, startFrom: "stored" }),
      pw.outputPort({ schema: narrow, uri }),
    ];
    await more.write({ n: 3 });
    await more.close();
    expect(await rest).toEqual([{ n: 3 }]);
  });

  it("ends the run at a long that no number holds", async () => {
    const uri = address();
    const rows = rowsOf({ uri, schema: narrow });
    rows.catch(() => {});
    const output = pw.outputPort({ schema: JSON.stringify(narrow), uri });
    await output.write({ n: 2n ** 60n });
    await expect(rows).rejects.toMatchObject({
      code: "TP_INT_RANGE",
      message: expect.stringMatching(/field "n".*record 1 of this run/),
    });
    await output.close();
  });

  it("refuses options before anything is connected", () => {
    const read = (options: object) => () =>
      pw.graph(() => pw.channels.read({ uri: nowhere, schema: narrow, ...options } as never));
    expect(read({ uri: "http://localhost/signal" })).toThrow(/TP_KAFKA_URI_SCHEME/);
    expect(read({ schema: "nonsense" })).toThrow(/TP_BAD_SCHEMA/);
    expect(read({ index: 2, of: 2 })).toThrow(/TP_BAD_ARGUMENT/);
    expect(read({ commit: { everyMs: 0 } })).toThrow(/everyMs of pw.channels.read cannot be 0/);
  });
});

describe("pw.channels.write", () => {
  const write =
    (columns: Parameters<typeof pw.schema>[0], of: object, options: object = {}) =>
    () =>
      pw.graph(() =>
        pw.channels.write(pw.input(pw.schema(columns)), { uri: nowhere, schema: of, ...options }),
      );
  const withChanges = {
    ...narrow,
    fields: [...narrow.fields, { name: "diff", type: "int" }, { name: "time", type: "long" }],
  };

  it("refuses columns and fields that differ, naming them", () => {
    expect(write({ n: "int", m: "int" }, narrow)).toThrow(/TP_BAD_SCHEMA.*column "m"/);
    expect(write({ m: "int" }, narrow)).toThrow(/TP_BAD_SCHEMA/);
    expect(write({ n: "int" }, { type: "array", items: "int" })).toThrow(/TP_BAD_SCHEMA.*rows are records/);
    expect(write({ n: "int" }, withChanges)).not.toThrow();
    expect(write({ n: "int", diff: "int", time: "int" }, withChanges)).not.toThrow();
    expect(write({ n: "int", time: "int" }, withChanges)).toThrow(
      /TP_COLUMN_RESERVED.*time_: table.col\("time"\)/,
    );
  });

  it("refuses options before anything is connected", () => {
    expect(write({ n: "int" }, narrow, { readers: [] })).toThrow(/TP_BAD_ARGUMENT/);
    expect(write({ n: "int" }, narrow, { uri: "kafka:///signal" })).toThrow(/TP_KAFKA_URI_HOST/);
  });
});

describe("ports", () => {
  it("refuse options before anything is connected, and functions that make nothing", () => {
    expect(() => pw.inputPort({ uri: "kafka://", schema: narrow })).toThrow(/TP_KAFKA_URI/);
    expect(() => pw.outputPort({ uri: nowhere, schema: "nonsense" })).toThrow(/TP_BAD_SCHEMA/);
    expect(() => pw.inputPort(undefined as never)).toThrow(/TP_BAD_ARGUMENT.*pw.inputPort needs options/);
    const nothing = (() => ({})) as unknown as typeof pw.channelReader;
    expect(() => pw.inputPort({ schema: narrow, uri: nowhere, reader: nothing })).toThrow(
      /TP_BAD_ARGUMENT.*reader of a port makes no reader/,
    );
    expect(() =>
      pw.outputPort({ schema: narrow, uri: nowhere, writer: 7 as unknown as typeof pw.channelWriter }),
    ).toThrow(/makes no writer/);
  });
});
