/** What stands in message keys. */
import { describe, expect, it } from "vitest";
import {
  columnsKey,
  identityKey,
  rowKey,
  type WriteKey,
} from "../../../connectors/kafka/write/message-key.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { batchOf } from "../../support/batches.ts";
import { columnsOf } from "../formats/packed.ts";

/** The key of a row with these values, as text; null where it is null. */
function keyText(write: WriteKey, columns: Columns, row: readonly unknown[]): string | null {
  const batch = batchOf(2, columns, [{ key: [0x01020304, 5, 6, 7], row, diff: 1 }]);
  const out = new ByteWriter(1);
  out.append(Buffer.from("before"));
  const has = write(batch, 0, out);
  const text = Buffer.from(out.view()).toString("latin1");
  expect(text.startsWith("before")).toBe(true);
  expect(has || text === "before").toBe(true);
  return has ? text.slice(6) : null;
}

const types = columnsOf({
  a: "str?",
  b: "bytes?",
  c: "json?",
  d: "datetime",
  e: "bigint",
  f: "float",
  g: "pointer",
});
const uuid = "6fa459ea-ee8a-4ca4-894e-db77e160355e";

describe("the key of a row's message", () => {
  it("is the row's own key", () => {
    const row = ["", null, null, 0, 0n, 0, uuid];
    expect(keyText(rowKey, types, row)).toBe("04030201-0500-0000-0600-000007000000");
  });

  it.each([
    [0, "x", "x"],
    [0, "", ""],
    [0, null, null],
    [1, Buffer.from([0, 255]), "\0\xff"],
    [1, Buffer.alloc(0), ""],
    [2, "text", "text"],
    [2, { base64: "AP8=" }, "\0\xff"],
    [2, { base64: "AP8" }, '{"base64":"AP8"}'],
    [2, { b: 1, a: [null] }, '{"a":[null],"b":1}'],
    [2, null, null],
    [2, 5, "5"],
    [3, 1_700_000_000_123, "2023-11-14T22:13:20.123Z"],
    [4, -12345678901234567890n, "-12345678901234567890"],
    [5, 0.1, "0.1"],
    [5, Number.NaN, "NaN"],
    [6, uuid, uuid],
  ])("of column %i is its value by itself: %s", (position, value, expected) => {
    const row: unknown[] = ["", null, null, 0, 0n, 0, uuid];
    row[position] = value;
    expect(keyText(columnsKey(types, [position]), types, row)).toBe(expected);
  });

  it("of several columns is a JSON object", () => {
    const row = ["x", Buffer.from([1]), null, 0, 5n, 1, uuid];
    expect(keyText(columnsKey(types, [4, 0, 1]), types, row)).toBe('{"a":"x","b":"AQ==","e":"5"}');
  });

  it.each([
    ["north", "north"],
    ["nullable", "nullable"],
    ["12:30", "12:30"],
    ["-", "-"],
    ["/a b", "/a b"],
    ["null", '{"a":"null"}'],
    ["true", '{"a":"true"}'],
    ["5", '{"a":"5"}'],
    ["-1e3", '{"a":"-1e3"}'],
    ['"q"', '{"a":"\\"q\\""}'],
    ["{}", '{"a":"{}"}'],
    ["[", '{"a":"["}'],
    [" x", '{"a":" x"}'],
    ["", '{"a":""}'],
    [null, '{"a":null}'],
  ])("that identifies a row by the text %j can be nothing else", (text, expected) => {
    expect(keyText(identityKey(types, [0]), types, [text, null, null, 0, 0n, 0, uuid])).toBe(expected);
  });
});
