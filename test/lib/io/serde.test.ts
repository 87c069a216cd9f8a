import { expect, test } from "vitest";
import { deserializeOf, serializeOf } from "../../../lib/io/serde.ts";

const context = { topic: "t", field: "value" } as const;

test("a function and an object are both taken", () => {
  const length = (bytes: Uint8Array | null): number | null => bytes?.length ?? null;
  expect(deserializeOf(length)(Buffer.from("abc"), context)).toBe(3);
  expect(deserializeOf({ deserialize: length })(null, context)).toBe(null);
  const write = (value: string | null): Uint8Array | null => (value === null ? null : Buffer.from(value));
  expect(serializeOf(write)("a", context)).toEqual(Buffer.from("a"));
  expect(serializeOf({ serialize: write })(null, context)).toBe(null);
});

test("an object keeps its own this", () => {
  class Prefix {
    readonly #prefix = "p:";
    deserialize(bytes: Uint8Array | null): string {
      return this.#prefix + String(bytes);
    }
  }
  expect(deserializeOf(new Prefix())(null, context)).toBe("p:null");
});
