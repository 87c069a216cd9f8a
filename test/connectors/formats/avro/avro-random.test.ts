/** Random schemas and values: bytes of the oracle are read as what they are, into values and into columns. */
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { avro } from "../../../../connectors/formats/avro/avro.ts";
import { avroReading, decodeAvro, encodeAvro } from "../../../../connectors/formats/avro/avro-codec.ts";
import { columnsOfAvro } from "../../../../connectors/formats/avro/avro-columns.ts";
import { parseAvroSchema } from "../../../../connectors/formats/avro/avro-schema.ts";
import { encodable } from "../../../../connectors/formats/json-formatter.ts";
import type { ColumnSchema } from "../../../../lib/data/schema.ts";
import { type OracleSchema, oracleEncode, oraclePlain } from "../../../oracle/avro.ts";
import { Rng, seedFrom } from "../../../support/rng.ts";
import { packed, parse } from "../packed.ts";
import { MemoryRegistry } from "./avro-bytes.ts";
import { randomRecord, randomValue } from "./random-avro.ts";

const seed = seedFrom("TOWPATH_TEST_SEED");
const shown = (value: unknown): string => inspect(value, { depth: null, maxArrayLength: null, sorted: true });
type Fields = { readonly fields: readonly { readonly name: string; readonly type: OracleSchema }[] };

describe(`random records (TOWPATH_TEST_SEED=${seed})`, () => {
  it("are read as they were written, and written so that they are read", () => {
    const rng = new Rng(seed);
    for (let round = 0; round < 400; round++) {
      const schema = randomRecord(rng);
      const type = parseAvroSchema(schema as object);
      const reading = avroReading(type, type);
      const value = randomValue(rng, schema);
      const plain = oraclePlain(schema, value);
      const decoded = decodeAvro(reading, oracleEncode(schema, value));
      expect(shown(decoded), `round ${round}`).toBe(shown(plain));
      // Of several branches that fit, another may be chosen; what it says is the same to a reader of JSON.
      const again = decodeAvro(reading, encodeAvro(type, plain));
      expect(shown(encodable(again, 0)), `round ${round}`).toBe(shown(encodable(decoded, 0)));
    }
  });

  it("fill columns, framed and bare, all of them or some", async () => {
    const rng = new Rng(seed + 1);
    for (let round = 0; round < 300; round++) {
      const schema = randomRecord(rng) as OracleSchema & Fields;
      const columns = columnsOfAvro(parseAvroSchema(schema));
      const values = Array.from({ length: 20 }, () => randomValue(rng, schema) as Record<string, unknown>);
      const payloads = values.map((value) => oracleEncode(schema, value));
      const registry = new MemoryRegistry();
      const id = registry.add(schema);
      await registry.fetch(id);
      const frame = Buffer.from([0, 0, 0, 0, id]);
      const needed = columns.map(() => rng.chance(0.7));
      const bare = parse(avro.parser.create(columns, { schema }), columns, packed(payloads), needed);
      const framed = parse(
        avro.parser.create(columns, { lookup: registry }),
        columns,
        packed(payloads.map((payload) => Buffer.concat([frame, payload]))),
        needed,
      );
      expect(shown(framed), `round ${round}`).toBe(shown(bare));
      const kept = columns.filter((_, i) => needed[i]);
      const expected = values.map((value) => kept.map((column) => cell(schema, column, value)));
      const rejected = new Set(bare.rejected.map(({ message }) => message));
      expected.forEach((cells, i) => {
        expect(rejected.has(i), `round ${round}, message ${i}`).toBe(cells.includes(undefined));
      });
      expect(bare.rows.map(({ values: row }) => Object.values(row)).map(shown), `round ${round}`).toEqual(
        expected.filter((cells) => !cells.includes(undefined)).map(shown),
      );
    }
  });
});

/** What a column holds of a value; undefined where it cannot. */
function cell({ fields }: Fields, { name, type }: ColumnSchema, value: Record<string, unknown>): unknown {
  const field = fields.find((one) => one.name === name);
  const plain = oraclePlain(field?.type ?? "null", value[name]);
  if (plain === null) return null;
  if (type.name === "int") return typeof plain === "bigint" ? undefined : plain;
  if (type.name === "float") return Number(plain);
  return type.name === "json" ? encodable(plain, 0) : plain;
}
