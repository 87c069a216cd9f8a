import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { codeOf, timesOf } from "../../support/code.ts";

const keyed = () => pw.schema({ id: pw.column({ type: "int", primaryKey: true }), note: "str?" });

describe("what is given", () => {
  it.each([
    ["an int that is none", { id: 1.5 }, "TP_ROW_BAD_VALUE"],
    ["an int out of range", { id: 2 ** 53 }, "TP_INT_RANGE"],
    ["a text for an int", { id: "1" }, "TP_ROW_BAD_VALUE"],
    ["null where it is not allowed", { id: null }, "TP_ROW_BAD_VALUE"],
    ["a lacking column", { note: "x" }, "TP_ROW_MISSING_COLUMN"],
    ["an unknown column", { id: 1, nota: "x" }, "TP_COLUMN_UNKNOWN"],
    ["half a surrogate pair", { id: 1, note: "\ud800" }, "TP_ROW_BAD_ENCODING"],
    ["no object", 7, "TP_BAD_ARGUMENT"],
    ["an array", [1], "TP_BAD_ARGUMENT"],
  ])("is refused at the call, and leaves nothing behind: %s", async (_, row, code) => {
    await pw.graph(async () => {
      for (const schema of [keyed(), pw.schema({ id: "int", note: "str?" })]) {
        for (const appendOnly of [false, true]) {
          const table = pw.input(schema, { appendOnly });
          expect(codeOf(() => table.insert(row as never))).toBe(code);
          table.insert({ id: 1, note: null });
          expect(codeOf(() => table.insert(row as never))).toBe(code);
          table.close();
          pw.subscribe(table.table, { onChange: ({ row }) => expect(row).toEqual({ id: 1, note: null }) });
        }
      }
      const { outputs } = await pw.run({ monitoring: "none" });
      expect(Object.values(outputs).map(({ changes }) => changes)).toEqual([1, 1, 1, 1]);
    });
  });

  it("names the nearest column and the input", () => {
    pw.graph(() => {
      const table = pw.input(keyed(), { name: "customers" });
      expect(() => table.insert({ id: 1, nots: "x" } as never)).toThrow(/customers.*Did you mean "note"/);
    });
  });

  it("takes defaults, -0 as 0, and columns named like what objects inherit", async () => {
    await pw.graph(async () => {
      const Odd = pw.schema({
        constructor: "str?",
        ["__proto__"]: "int?",
        toString: "float",
        currency: pw.column({ type: "str", default: "EUR" }),
      });
      const table = pw.input(Odd);
      table.insert({ toString: -0 } as never);
      table.insert(JSON.parse('{"__proto__":7,"toString":1,"constructor":"x","currency":"USD"}'));
      table.close();
      const [rows] = await timesOf(table.table);
      const [first, second] = (rows ?? []).map(({ row }) => row as object);
      expect(JSON.stringify(first)).toBe(
        '{"constructor":null,"__proto__":null,"toString":0,"currency":"EUR"}',
      );
      expect(JSON.stringify(second)).toBe('{"constructor":"x","__proto__":7,"toString":1,"currency":"USD"}');
      expect(Object.getPrototypeOf(second)).toBe(Object.prototype);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    });
  });

  it("comes out as it went in: every type", async () => {
    await pw.graph(async () => {
      const row = {
        pointer: "01234567-89ab-4def-8123-456789abcdef",
        datetime: 1_700_000_000_123,
        duration: 1.5,
        bigint: -(2n ** 80n),
        bool: false,
        bytes: Buffer.from([0, 255]),
        json: { b: [1, null, "x"], a: true },
        any: [1, "a"],
        float: Number.NaN,
        str: "π \u0000 🚂",
      };
      const table = pw.input(
        pw.schema(Object.fromEntries(Object.keys(row).map((name) => [name, name as "any"])) as never),
      );
      table.insert(row as never);
      table.close();
      const [changes] = await timesOf(table.table);
      expect(changes?.[0]?.row).toEqual(row);
    });
  });

  it("is copied: what the script changes later does not matter", async () => {
    await pw.graph(async () => {
      const table = pw.input(pw.schema({ bytes: "bytes", json: "json" }));
      const row = { bytes: Buffer.from("abc"), json: { list: [1] } };
      table.insert(row);
      row.bytes.fill(0);
      row.json.list.push(2);
      table.close();
      const [changes] = await timesOf(table.table);
      expect(changes?.[0]?.row).toEqual({ bytes: Buffer.from("abc"), json: { list: [1] } });
    });
  });
});
