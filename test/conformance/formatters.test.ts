/** The laws of lib/io/formatter.ts, for every format that writes. */
import { describe, expect, test } from "vitest";
import type { FormatDefinition } from "../../connectors/formats/format.ts";
import { formats } from "../../connectors/formats/index.ts";
import { Batch } from "../../lib/data/batch.ts";
import { writeCell } from "../../lib/data/column-builder.ts";
import { Keys } from "../../lib/data/keys.ts";
import { RowBuilder } from "../../lib/data/row-builder.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { formatType, typeNames } from "../../lib/data/type.ts";
import { ByteWriter } from "../../lib/io/byte-writer.ts";
import { columnsOf, packed, parse } from "../connectors/formats/packed.ts";

const values: Record<(typeof typeNames)[number], unknown> = {
  int: -7,
  float: 0.1,
  str: 'a "b"\né',
  bool: true,
  bytes: Buffer.from([0, 1, 255]),
  json: { b: [1, null], a: "x" },
  bigint: 12345678901234567890n,
  datetime: 1700000000123,
  duration: 1.5,
  pointer: "6fa459ea-ee8a-4ca4-894e-db77e160355e",
  any: ["x", { y: 1 }],
};

const all = columnsOf(Object.fromEntries(typeNames.map((name) => [name, `${name}?`])));
/** The columns that a format can write. */
const columnsFor = (name: string): Columns =>
  name === "raw" ? all.filter((column) => column.name === "bytes") : all;

/** Two rows: all values, all nulls. */
function sampleBatch(columns: Columns): Batch {
  const rows = new RowBuilder(
    columns,
    columns.map(() => true),
  );
  for (const isNull of [false, true]) {
    columns.forEach(({ type }, i) => {
      const builder = rows.columns[i];
      if (builder !== null) writeCell(builder, type, rows.length, isNull ? null : values[type.name]);
    });
    rows.endRow(0, rows.length, 0);
  }
  return new Batch(42, 2, rows.finish(), Keys.of(new Uint32Array(8)), null);
}

const writers = Object.values(formats).flatMap((format: FormatDefinition) =>
  format.formatter === undefined ? [] : [{ format, definition: format.formatter }],
);

describe.each(writers)("$format.name", ({ format, definition }) => {
  const columns = columnsFor(format.name);
  const names = columns.map(({ name }) => name as (typeof typeNames)[number]);

  test("a record is appended, whatever room there is, and the same each time", () => {
    const batch = sampleBatch(columns);
    const formatter = definition.create(columns, {});
    const texts = [1, 4096].map((capacity) => {
      const out = new ByteWriter(capacity);
      out.append(Buffer.from("before"));
      formatter.formatInto(batch, 0, 1, out);
      formatter.formatInto(batch, 1, -1, out);
      return Buffer.from(out.view()).toString("utf8");
    });
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0].startsWith("before")).toBe(true);
  });

  test(`what is written is read back: ${columns.map(({ type }) => formatType(type)).join(", ")}`, () => {
    const batch = sampleBatch(columns);
    // A bare record of Avro is read by the schema alone, which is that of the columns.
    const formatter = definition.create(columns, { changes: format.name !== "avro" });
    const payloads = [0, 1].map((row) => {
      if (formatter.isNull?.(batch, row) === true) return null;
      const out = new ByteWriter();
      formatter.formatInto(batch, row, 1, out);
      return Buffer.from(out.view());
    });
    const parser = format.parser?.create(columns, {});
    if (parser === undefined) throw new Error(`${format.name} has no parser to read back with`);
    if (formatter.writeHeader !== undefined) {
      const out = new ByteWriter();
      formatter.writeHeader(out);
      payloads.unshift(Buffer.from(out.view()));
      expect(parser.offerHeader?.(packed(payloads), 0)).toBe(true);
    }
    const { rows, rejected } = parse(parser, columns, packed(payloads));
    expect(rejected).toStrictEqual([]);
    expect(rows.map((row) => row.values)).toStrictEqual([
      // A cell of csv is a text, so that is what `any` gets.
      Object.fromEntries(
        names.map((name) => [name, name === "any" && format.name === "csv" ? '["x",{"y":1}]' : values[name]]),
      ),
      Object.fromEntries(names.map((name) => [name, null])),
    ]);
  });
});
