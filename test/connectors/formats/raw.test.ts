import { expect, test } from "vitest";
import { raw } from "../../../connectors/formats/raw.ts";
import { columnsOf, packed, parse } from "./packed.ts";

test("messages are kept as they are", () => {
  const columns = columnsOf({ data: "bytes?" });
  const payloads = [Buffer.from([0xff, 0]), Buffer.alloc(0), null, Buffer.from("\ufeff*COMMIT* ")];
  const { rows, rejected } = parse(raw.parser.create(columns), columns, packed(payloads));
  expect(rejected).toStrictEqual([]);
  expect(rows.map((row) => row.values.data)).toStrictEqual(payloads);
});

test("text is checked, and a null payload needs an optional column", () => {
  const columns = columnsOf({ data: "str" });
  const payloads = [Buffer.from("é"), Buffer.from([0xe9]), null];
  const { rows, rejected } = parse(raw.parser.create(columns), columns, packed(payloads));
  expect(rows).toStrictEqual([{ values: { data: "é" }, offset: 0, ordinal: 0 }]);
  expect(rejected.map(({ message, code }) => [message, code])).toStrictEqual([
    [1, "TP_ROW_BAD_ENCODING"],
    [2, "TP_ROW_NULL"],
  ]);
});

test("there is one column, of bytes or text", () => {
  for (const types of [{}, { data: "int" }, { a: "str", b: "str" }]) {
    const columns = columnsOf(types as Record<string, string>);
    expect(() => raw.parser.create(columns)).toThrow(expect.objectContaining({ code: "TP_BAD_SCHEMA" }));
  }
});
