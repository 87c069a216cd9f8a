/** Rows to Avro: whose schema, under which subject, and what is refused before anything is written. */
import { describe, expect, it } from "vitest";
import { avroReading, decodeAvro } from "../../../../connectors/formats/avro/avro-codec.ts";
import {
  AvroFormatter,
  type AvroFormatterOptions,
} from "../../../../connectors/formats/avro/avro-formatter.ts";
import { parseAvroSchema } from "../../../../connectors/formats/avro/avro-schema.ts";
import { Batch } from "../../../../lib/data/batch.ts";
import { writeCell } from "../../../../lib/data/column-builder.ts";
import { Keys } from "../../../../lib/data/keys.ts";
import { RowBuilder } from "../../../../lib/data/row-builder.ts";
import type { Columns } from "../../../../lib/data/schema.ts";
import { ByteWriter } from "../../../../lib/io/byte-writer.ts";
import { columnsOf } from "../packed.ts";
import { MemoryRegistry } from "./avro-bytes.ts";

const record = (name: string, fields: readonly object[]) => ({ type: "record", name, fields });

function batchOf(columns: Columns, values: readonly unknown[]): Batch {
  const rows = new RowBuilder(
    columns,
    columns.map(() => true),
  );
  columns.forEach(({ type }, i) => {
    const builder = rows.columns[i];
    if (builder !== null) writeCell(builder, type, 0, values[i]);
  });
  rows.endRow(0, 0, 0);
  return new Batch(42, 1, rows.finish(), Keys.of(new Uint32Array(4)), null);
}

/** The bytes of one row. */
async function written(
  types: Readonly<Record<string, string>>,
  values: readonly unknown[],
  options: AvroFormatterOptions,
): Promise<Buffer> {
  const columns = columnsOf(types);
  const formatter = new AvroFormatter(columns, options);
  await formatter.prepare();
  const out = new ByteWriter(1);
  formatter.formatInto(batchOf(columns, values), 0, -1, out);
  return Buffer.from(out.view());
}

/** The same, read back by the schema that it names. */
async function asRead(registry: MemoryRegistry, bytes: Buffer): Promise<unknown> {
  const type = parseAvroSchema(registry.schemas[bytes.readUInt32BE(1) - 1].text);
  return decodeAvro(avroReading(type, type), bytes.subarray(5));
}

describe("the schema that is written with", () => {
  it("is made of the columns, with diff, time and key, under the topic's name", async () => {
    const lookup = new MemoryRegistry();
    const options = { lookup, topic: "orders", name: "shop.Order", includeKey: true };
    const bytes = await written({ id: "int", at: "datetime?" }, [5, null], options);
    expect([...lookup.subjects.keys()]).toEqual(["orders-value"]);
    expect(JSON.parse(lookup.schemas[0].text)).toEqual(
      record("shop.Order", [
        { name: "id", type: "long" },
        { name: "at", type: ["null", { type: "long", logicalType: "timestamp-millis" }], default: null },
        { name: "diff", type: "long" },
        { name: "time", type: "long" },
        { name: "key", type: { type: "string", logicalType: "uuid" } },
      ]),
    );
    expect(await asRead(lookup, bytes)).toEqual({
      id: 5,
      at: null,
      diff: -1,
      time: 42,
      key: "00000000-0000-0000-0000-000000000000",
    });
  });

  it("is the given one: fields in its order, types of its choice, defaults for what is no column", async () => {
    const lookup = new MemoryRegistry();
    const schema = record("R", [
      { name: "kind", type: { type: "enum", name: "K", symbols: ["a", "b"] }, default: "b" },
      {
        name: "price",
        type: { type: "fixed", name: "P", size: 4, logicalType: "decimal", precision: 6, scale: 2 },
      },
      { name: "day", type: { type: "int", logicalType: "date" } },
      { name: "micros", type: ["null", { type: "long", logicalType: "timestamp-micros" }] },
      { name: "more", type: { type: "array", items: ["string", "int"] } },
      { name: "id", type: "int" },
      { name: "diff", type: "int" },
    ]);
    const types = { id: "int", price: "float", day: "datetime", micros: "datetime?", more: "json" };
    const values = [7, 1.25, 3 * 86_400_000 + 5, 1_000.5 * 2, ["x", 1]];
    const strategy = ({
      topic,
      field,
      record: name,
    }: {
      topic: string;
      field: string;
      record?: string | undefined;
    }) => [topic, field, name].join();
    const options = { lookup, topic: "t", schema, subjectNameStrategy: strategy };
    expect(await asRead(lookup, await written(types, values, options))).toEqual({
      kind: "b",
      price: "1.25",
      day: new Date(3 * 86_400_000),
      micros: new Date(2_001),
      more: ["x", 1],
      id: 7,
      diff: -1,
    });
    expect([...lookup.subjects.keys()]).toEqual(["t,value,R"]);
  });

  it("is the subject's newest without registration, and none is an error", async () => {
    const lookup = new MemoryRegistry();
    const options = { lookup, topic: "t", autoRegister: false, changes: false };
    await expect(written({ n: "int" }, [1], options)).rejects.toMatchObject({
      detail: "the subject t-value has no schema, and autoRegister is off",
    });
    await lookup.register("t-value", {
      type: "AVRO",
      text: JSON.stringify(record("R", [{ name: "n", type: "double" }])),
    });
    expect(await asRead(lookup, await written({ n: "int" }, [1], options))).toEqual({ n: 1 });
    expect(lookup.schemas).toHaveLength(1);
  });

  it.each<[Readonly<Record<string, string>>, AvroFormatterOptions, RegExp]>([
    [{ "a-b": "int" }, {}, /"a-b" has no name in Avro's sense.*a_b: table\.col\("a-b"\)/],
    [{ diff: "int" }, {}, /a column called "diff"/],
    [{ a: "int" }, { schema: record("R", []) }, /no field for the column "a"/],
    [
      { a: "int" },
      {
        schema: record("R", [
          { name: "a", type: "int" },
          { name: "b", type: "int" },
        ]),
      },
      /field b has neither/,
    ],
    [
      { a: "str" },
      { schema: record("R", [{ name: "a", type: "int" }]) },
      /column "a" of type str cannot be written/,
    ],
    [{ a: "int" }, { schema: "{" }, /not JSON/],
  ])("%j with %j is refused", (types, options, message) => {
    expect(() => new AvroFormatter(columnsOf(types), options)).toThrow(message);
  });

  it("refuses null where the schema has none", async () => {
    const schema = record("R", [{ name: "a", type: "string" }]);
    await expect(written({ a: "str?" }, [null], { schema, changes: false })).rejects.toMatchObject({
      code: "TP_OUTPUT_VALUE",
      detail: "the field a: null is not a text",
    });
  });
});
