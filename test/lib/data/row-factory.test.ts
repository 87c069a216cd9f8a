import { describe, expect, it } from "vitest";
import { Batch } from "../../../lib/data/batch.ts";
import { NULL, NumberColumn, TextColumn } from "../../../lib/data/column.ts";
import { Keys } from "../../../lib/data/keys.ts";
import { RowFactory } from "../../../lib/data/row-factory.ts";
import { rowObject } from "../../../lib/data/row-object.ts";
import { type Columns, typeOf } from "../../../lib/data/schema.ts";

const names = ["word", "__proto__", 'quo"te\\', "7", "constructor", "line\u2028end", "note"];
const columns: Columns = names.map((name, i) => ({
  name,
  type: typeOf(["str", "int", "bool"][i % 3], name),
}));

/** Three rows of each layout; in the second every third cell is null. */
function batches(): Batch[] {
  const text = Buffer.from("lockürivergate");
  const starts = Uint32Array.of(0, 4, 6);
  const ends = Uint32Array.of(4, 6, 11);
  return [null, Uint8Array.of(0, 0, NULL)].flatMap((tags) =>
    [true, false].map((isLasting) => {
      const cells = names.map((_, i) =>
        i % 3 === 0
          ? new TextColumn(text, starts, ends, tags, null, isLasting)
          : new NumberColumn(Float64Array.of(1, 0, 2.5), tags),
      );
      return new Batch(2, 3, cells, Keys.unread, null);
    }),
  );
}

const order = Uint32Array.of(2, 0, 1);

describe("RowFactory", () => {
  it("makes the rows of rowObject, whatever the names, layouts and tags", () => {
    const factory = new RowFactory(columns);
    for (const batch of batches()) {
      const expected = [...order].map((row) => rowObject(batch, columns, row));
      for (const made of [factory.make(batch, order, 0, 3), factory.make(batch, order, 0, 3)]) {
        expect(made).toEqual(expected);
        made.forEach((row) => {
          expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
          expect(new Set(Object.keys(row))).toEqual(new Set(names));
        });
      }
      expect(factory.make(batch, order, 1, 2)).toEqual(expected.slice(1, 2));
    }
  });

  it("reads a text anew where another buffer has other bytes at the same place", () => {
    const factory = new RowFactory([{ name: "word", type: typeOf("str", "word") }]);
    const read = (text: string): unknown => {
      const bytes = Buffer.from(text);
      const cells = new TextColumn(bytes, Uint32Array.of(0), Uint32Array.of(4), null, null, true);
      return factory.make(new Batch(2, 1, [cells], Keys.unread, null), Uint32Array.of(0), 0, 1);
    };
    expect(read("lock")).toEqual([{ word: "lock" }]);
    expect(read("gate")).toEqual([{ word: "gate" }]);
  });
});
