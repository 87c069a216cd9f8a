/** The laws of lib/io/parser.ts, for every format that reads. */
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { avroOfColumns } from "../../connectors/formats/avro/avro-columns.ts";
import { parseAvroSchema } from "../../connectors/formats/avro/avro-schema.ts";
import type { FormatDefinition } from "../../connectors/formats/format.ts";
import { formats } from "../../connectors/formats/index.ts";
import { protoOfColumns } from "../../connectors/formats/protobuf/proto-of-columns.ts";
import { writeMessage } from "../../connectors/formats/protobuf/protobuf-writer.ts";
import { messageNamed, resolveGiven } from "../../connectors/formats/protobuf/resolve-proto.ts";
import { RowBuilder } from "../../lib/data/row-builder.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { errorCodes } from "../../lib/errors.ts";
import { ByteWriter } from "../../lib/io/byte-writer.ts";
import type { PackedMessages, Parser, ParserDefinition } from "../../lib/io/parser.ts";
import { avroBytes } from "../connectors/formats/avro/avro-bytes.ts";
import { columnsOf, type Outcome, packed, parse, rowsOf } from "../connectors/formats/packed.ts";
import { Rng, seedFrom } from "../support/rng.ts";

const seed = seedFrom("TOWPATH_TEST_SEED");

/** What the suite must know of a format: columns that suit it, and messages that it reads, the header first. */
interface Sample {
  readonly columns: Columns;
  readonly good: readonly (string | Uint8Array)[];
}

const wide = { id: "int", name: "str?", amount: "float", on: "bool?", at: "datetime?", more: "json?" };

const avroColumns = columnsOf(wide);

function protobufBytes(row: object): Uint8Array {
  const proto = protoOfColumns(avroColumns, "Row", { changes: false });
  const out = new ByteWriter();
  writeMessage(messageNamed(resolveGiven({ proto })), row, out);
  return out.view();
}

const samples: Record<keyof typeof formats, Sample> = {
  avro: {
    columns: avroColumns,
    good: [
      { id: 1, name: "a", amount: 1.5, on: true, at: "2024-01-01", more: { b: [1], a: 2 } },
      { id: -2, name: null, amount: -0.25, on: null, at: null, more: null },
      { id: 9007199254740991, name: "é€𝄞 longer than a word", amount: 1e300, on: false, at: 0, more: 1 },
    ].map((row) => avroBytes(parseAvroSchema(avroOfColumns(avroColumns, "Row")), row)),
  },
  csv: {
    columns: columnsOf(wide),
    good: [
      "name,id,amount,on,at,more,extra",
      "a,1,1.5,true,2024-01-01,,x",
      '"a ""b""",2,1e3,0,,"{""b"":[1],""a"":2}",\n,3,0,,0,7,',
      "é,4,-0.25,FALSE,1700000000000,null,",
    ],
  },
  json: {
    columns: columnsOf(wide),
    good: [
      '{"id":1,"name":"a","amount":1.5,"on":true,"at":"2024-01-01","more":{"b":[1],"a":2}}',
      '{"amount":0.1,"id":2}',
      '[{"id":3,"amount":1,"extra":[{}]},{"id":4,"amount":1e3,"name":"\\u00e9\\n"}]',
      ' {"id":5,"amount":-2.5,"name":null,"more":[1,"x"]} ',
    ],
  },
  updates: {
    columns: columnsOf({ ...wide, diff: "int", time: "int", key: ["pointer?", null] }),
    good: [
      '[{"amount":1.5,"at":"2024-01-01T00:00:00.000Z","diff":1,"id":1,"more":null,"name":"a","on":true,"time":2}]',
      '[{"amount":"NaN","at":null,"diff":-1,"id":1,"more":[1],"name":null,"on":null,"time":2},{"amount":1,"at":null,"diff":1,"id":2,"more":null,"name":"é","on":false,"time":4}]',
      ' [{"amount":1,"at":null,"diff":1,"id":3,"key":"6fa459ea-ee8a-4ca4-894e-db77e160355e","more":{},"name":"","on":null,"time":4,"extra":1}] ',
    ],
  },
  jsonschema: {
    columns: columnsOf(wide),
    good: [
      '{"id":1,"name":"a","amount":1.5,"on":true,"at":"2024-01-01"}',
      ' [{"id":3,"amount":1,"extra":[{}]}] ',
    ],
  },
  protobuf: {
    columns: avroColumns,
    good: [
      { id: 1, name: "a", amount: 1.5, on: true, at: "2024-01-01", more: { b: [1], a: 2 } },
      { id: -2, amount: -0.25 },
      { id: 9007199254740991, name: "é€𝄞 longer than a word", amount: 1e300, on: false, at: 0, more: 1 },
    ].map(protobufBytes),
  },
  raw: { columns: columnsOf({ data: "str?" }), good: ["", "text", "é", "{}"] },
};

/** A parser that is ready, and its messages: good ones, and some with a byte or two changed. */
function sampleRun(
  definition: ParserDefinition,
  sample: Sample,
  rng: Rng,
): { parser: Parser; messages: PackedMessages } {
  const payloads: (Buffer | null)[] = Array.from({ length: 30 }, () => Buffer.from(rng.pick(sample.good)));
  for (const payload of payloads) {
    if (payload !== null && payload.length > 0 && rng.chance(0.3))
      payload[rng.below(payload.length)] = rng.below(256);
  }
  payloads[0] = Buffer.from(sample.good[0]);
  if (rng.chance(0.5)) payloads[rng.between(1, 29)] = null;
  const messages = packed(payloads);
  const parser = definition.create(sample.columns, {});
  if (parser.ready === false) expect(parser.offerHeader?.(messages, 0)).toBe(true);
  return { parser, messages };
}

const shown = (outcome: Outcome): string => inspect(outcome, { depth: null, maxArrayLength: null });

const readers = Object.values(formats).flatMap((format: FormatDefinition) =>
  format.parser === undefined
    ? []
    : [{ name: format.name as keyof typeof formats, definition: format.parser }],
);

describe.each(readers)(`$name (TOWPATH_TEST_SEED=${seed})`, ({ name, definition }) => {
  const sample = samples[name];
  const all = sample.columns.map(() => true);

  test("good messages are rows, in order, with the places they came from", () => {
    const messages = packed(sample.good);
    const parser = definition.create(sample.columns, {});
    if (parser.ready === false) parser.offerHeader?.(messages, 0);
    const { rows, rejected } = parse(parser, sample.columns, messages);
    expect(rejected).toStrictEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(sample.good.length - 1);
    rows.forEach((row, i) => {
      const next = i > 0 && rows[i - 1].offset === row.offset ? rows[i - 1].ordinal + 1 : 0;
      expect(row.ordinal).toBe(next);
    });
    expect(rows.map((row) => row.offset)).toStrictEqual(rows.map((row) => row.offset).sort((a, b) => a - b));
  });

  test("cutting a run changes nothing", () => {
    const rng = new Rng(seed);
    for (let round = 0; round < 100; round++) {
      const { parser, messages } = sampleRun(definition, sample, rng);
      const whole = parse(parser, sample.columns, messages);
      const cuts = Array.from({ length: 4 }, () => rng.below(31)).sort((a, b) => a - b);
      expect(shown(parse(parser, sample.columns, messages, all, cuts))).toBe(shown(whole));
      const each = Array.from({ length: 29 }, (_, i) => i + 1);
      expect(shown(parse(parser, sample.columns, messages, all, each))).toBe(shown(whole));
    }
  });

  test("a rejected message leaves no row, and has a code and a short detail", () => {
    const rng = new Rng(seed);
    let count = 0;
    for (let round = 0; round < 100; round++) {
      const { parser, messages } = sampleRun(definition, sample, rng);
      const { rows, rejected } = parse(parser, sample.columns, messages);
      const bad = new Set(rejected.map(({ message }) => message));
      expect(bad.size).toBe(rejected.length);
      expect(rows.filter((row) => bad.has(row.offset))).toStrictEqual([]);
      for (const { code, detail } of rejected) {
        expect(Object.keys(errorCodes)).toContain(code);
        expect(detail.length).toBeLessThan(250);
        expect(detail).not.toMatch(/\p{Cc}/u);
      }
      count += rejected.length;
    }
    expect(count).toBeGreaterThan(0);
  });

  test("only needed columns are written, and the same into them", () => {
    const rng = new Rng(seed);
    for (let round = 0; round < 100; round++) {
      const messages = packed(sample.good);
      const parser = definition.create(sample.columns, {});
      if (parser.ready === false) parser.offerHeader?.(messages, 0);
      const needed = sample.columns.map(() => rng.chance(0.5));
      const some = parse(parser, sample.columns, messages, needed);
      const whole = parse(parser, sample.columns, messages);
      const names = new Set(sample.columns.filter((_, i) => needed[i]).map((column) => column.name));
      const projected = whole.rows.map((row) => ({
        ...row,
        values: Object.fromEntries(Object.entries(row.values).filter(([column]) => names.has(column))),
      }));
      expect(shown(some)).toBe(shown({ rows: projected, rejected: whole.rejected }));
    }
  });

  test("rows that are there stay as they are, and the builder can be used again", () => {
    const rng = new Rng(seed);
    const rows = new RowBuilder(sample.columns, all);
    for (let round = 0; round < 20; round++) {
      const { parser, messages } = sampleRun(definition, sample, rng);
      const alone = parse(parser, sample.columns, messages);
      if (rng.chance(0.5)) rows.reset();
      const before = rowsOf(sample.columns, rows);
      parser.parseInto(messages, 0, messages.length, rows, () => {});
      const after = rowsOf(sample.columns, rows);
      expect(inspect(after, { depth: null, maxArrayLength: null })).toBe(
        inspect([...before, ...alone.rows], { depth: null, maxArrayLength: null }),
      );
      expectEmptyUnderTags(rows);
    }
  });

  test("no bytes make it throw", () => {
    const rng = new Rng(seed);
    const { parser } = sampleRun(definition, sample, rng);
    for (let round = 0; round < 300; round++) {
      const payloads = Array.from({ length: 10 }, () => {
        const alphabet = rng.pick([null, Buffer.from('{}[]":,\\ua0\n\r\ufeff')]);
        return Buffer.from(
          Array.from({ length: rng.below(40) }, () =>
            alphabet === null ? rng.below(256) : rng.pick([...alphabet]),
          ),
        );
      });
      const messages = packed(payloads);
      // Not the header's own place, where a message is the header and no row.
      messages.offsets.forEach((offset, i) => {
        messages.offsets[i] = offset + 1000;
      });
      const { rows, rejected } = parse(parser, sample.columns, messages);
      const seen = new Set([
        ...rows.map((row) => row.offset - 1000),
        ...rejected.map(({ message }) => message),
      ]);
      // An empty array is a message without rows.
      payloads.forEach((payload, i) => {
        expect(seen.has(i) || /^\ufeff?\s*\[\s*\]\s*$/.test(payload.toString())).toBe(true);
      });
      parser.offerHeader?.(messages, 0);
    }
  });
});

/** Kernels read cells without looking at tags first: under a null there is 0, the empty slice or undefined. */
function expectEmptyUnderTags(rows: RowBuilder): void {
  for (const column of rows.finish()) {
    for (let row = 0; row < rows.length; row++) {
      if (column.tags === null || column.tags[row] === 0) continue;
      if (column.layout === "text") expect([column.starts[row], column.ends[row]]).toStrictEqual([0, 0]);
      else expect(column.values[row]).toBe(column.layout === "number" ? 0 : undefined);
    }
  }
}
