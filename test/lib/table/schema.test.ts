import { describe, expect, it } from "vitest";
import { column, schema, valueColumns } from "../../../lib/table/schema.ts";

const untyped = schema as unknown as (definition: unknown) => unknown;

describe("schema", () => {
  it("gives columns in order with types, primary key and defaults", () => {
    const { columns } = schema({
      id: column({ type: "int", primaryKey: true }),
      note: "str?",
      currency: column({ type: "str", default: "EUR" }),
      none: column({ type: "int?", default: null }),
    });
    expect(columns).toEqual([
      { name: "id", type: { name: "int", optional: false }, primaryKey: true },
      { name: "note", type: { name: "str", optional: true } },
      { name: "currency", type: { name: "str", optional: false }, default: "EUR" },
      { name: "none", type: { name: "int", optional: true }, default: null },
    ]);
  });

  it("takes any name as plain data", () => {
    const names = ["diff", "time", "select", "constructor", "__proto__", "toString", "a b", "ü"];
    const definition = Object.fromEntries(names.map((name) => [name, "int"]));
    expect((untyped(definition) as { columns: { name: string }[] }).columns.map(({ name }) => name)).toEqual(
      names,
    );
  });

  it.each([
    [{}, /TP_BAD_SCHEMA.*at least one/],
    [{ a: "integer" }, /TP_BAD_SCHEMA: column "a" has the unknown type "integer"/],
    [{ a: 1 }, /TP_BAD_SCHEMA: column "a" has no type/],
    [{ a: null }, /TP_BAD_SCHEMA: column "a" has no type/],
    [
      { a: { type: "int", default: 1.5 } },
      /TP_BAD_SCHEMA: the default of column "a" is no value of type int/,
    ],
    [{ a: { type: "int", default: 2 ** 53 } }, /TP_BAD_SCHEMA/],
    [{ a: { type: "str", default: null } }, /TP_BAD_SCHEMA/],
    [{ "": "int" }, /TP_BAD_SCHEMA.*cannot name a column/],
    [{ "\udc00": "int" }, /TP_BAD_SCHEMA.*cannot name a column/],
    [["a"], /TP_BAD_ARGUMENT.*an array/],
    [null, /TP_BAD_ARGUMENT.*null/],
    [{ __proto__: { a: "int" } }, /TP_BAD_ARGUMENT/],
  ])("refuses %j", (definition, message) => {
    expect(() => untyped(definition)).toThrow(message);
  });
});

describe("valueColumns", () => {
  it("are texts unless told otherwise", () => {
    expect(valueColumns(["a", "b"])).toEqual([
      { name: "a", type: { name: "str", optional: false } },
      { name: "b", type: { name: "str", optional: false } },
    ]);
    expect(valueColumns(["a"], { name: "json", optional: true })[0].type).toEqual({
      name: "json",
      optional: true,
    });
  });

  it.each([
    [[], /TP_BAD_SCHEMA/],
    ["a", /TP_BAD_SCHEMA/],
    [[1], /TP_BAD_SCHEMA/],
    [["a", "a"], /TP_COLUMN_DUPLICATE.*"a"/],
  ])("refuse %j", (names, message) => {
    expect(() => valueColumns(names as string[])).toThrow(message);
  });
});
