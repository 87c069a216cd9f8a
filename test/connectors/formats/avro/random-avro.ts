/** Random Avro schemas and values of them, for tests. */
import { isUnion, type OracleSchema } from "../../../oracle/avro.ts";
import type { Rng } from "../../../support/rng.ts";

const primitives = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
const texts = ["", "a", "four", "längere Texte", "€𝄞", "x".repeat(70), "null", "\u0000"];
const longs = [
  0n,
  -1n,
  63n,
  64n,
  -64n,
  -65n,
  2n ** 31n,
  2n ** 53n - 1n,
  -(2n ** 53n),
  2n ** 63n - 1n,
  -(2n ** 63n),
];

/** A record of up to six fields, two levels deep. `next` numbers types, so that names are unique. */
export function randomRecord(rng: Rng, depth = 2, next = { name: 0 }): OracleSchema {
  const name = `R${next.name++}`;
  const fields = Array.from({ length: rng.between(depth < 2 ? 0 : 1, 6) }, (_, i) => ({
    name: `f${i}`,
    type: randomSchema(rng, depth, next),
  }));
  return { type: "record", name, fields };
}

function randomSchema(rng: Rng, depth: number, next: { name: number }): OracleSchema {
  const kind = rng.below(depth > 0 ? 14 : 9);
  switch (kind) {
    case 8: {
      const name = `E${next.name++}`;
      return { type: "enum", name, symbols: ["A", "longer_symbol", "C"] };
    }
    case 9:
      return { type: "fixed", name: `F${next.name++}`, size: rng.between(0, 5) };
    case 10:
      return { type: "array", items: randomSchema(rng, depth - 1, next) };
    case 11:
      return { type: "map", values: randomSchema(rng, depth - 1, next) };
    case 12:
      return randomRecord(rng, depth - 1, next);
    case 13: {
      const branches = rng.shuffled(primitives).slice(0, rng.between(1, 3));
      return rng.chance(0.6) ? rng.shuffled(["null", rng.pick(primitives.slice(1))]) : branches;
    }
    default:
      return primitives[kind];
  }
}

export function randomValue(rng: Rng, schema: OracleSchema): unknown {
  if (isUnion(schema)) {
    const branch = rng.below(schema.length);
    return [branch, randomValue(rng, schema[branch])];
  }
  if (typeof schema === "string") return randomPrimitive(rng, schema);
  if ("fields" in schema)
    return Object.fromEntries(schema.fields.map(({ name, type }) => [name, randomValue(rng, type)]));
  if ("symbols" in schema) return rng.pick(schema.symbols);
  if ("items" in schema) return Array.from({ length: rng.below(4) }, () => randomValue(rng, schema.items));
  if ("values" in schema)
    return Object.fromEntries(
      ["k", "__k", "€"].slice(0, rng.below(4)).map((name) => [name, randomValue(rng, schema.values)]),
    );
  return Buffer.from(Array.from({ length: "size" in schema ? schema.size : 0 }, () => rng.below(256)));
}

function randomPrimitive(rng: Rng, type: string): unknown {
  switch (type) {
    case "null":
      return null;
    case "boolean":
      return rng.chance(0.5);
    case "int":
      return BigInt(rng.pick([0, 1, -1, 8191, -8192, 2 ** 31 - 1, -(2 ** 31), rng.below(1 << 30)]));
    case "long":
      return rng.chance(0.7) ? BigInt(rng.below(1 << 30) * rng.pick([1, -1, 4096])) : rng.pick(longs);
    case "float":
    case "double":
      return rng.pick([0, 1.5, -2.25, 1e30, -1e-30, Number.POSITIVE_INFINITY, rng.below(1000) / 7]);
    case "bytes":
      return Buffer.from(Array.from({ length: rng.below(9) }, () => rng.below(256)));
    default:
      return rng.pick(texts);
  }
}
