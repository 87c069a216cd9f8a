/**
 * Avro's binary encoding, slow and obviously right, from the specification's section "Binary Encoding": schemas are the
 * JSON that they are written as, longs are bigints, values of unions are [branch, value], nothing is converted.
 */

export type OracleSchema =
  | string
  | readonly OracleSchema[]
  | { readonly type: "record"; readonly name: string; readonly fields: readonly OracleField[] }
  | { readonly type: "enum"; readonly name: string; readonly symbols: readonly string[] }
  | { readonly type: "fixed"; readonly name: string; readonly size: number }
  | { readonly type: "array"; readonly items: OracleSchema }
  | { readonly type: "map"; readonly values: OracleSchema };

export interface OracleField {
  readonly name: string;
  readonly type: OracleSchema;
}

/** Array.isArray does not tell the compiler that what is left is no readonly array. */
export function isUnion(schema: OracleSchema): schema is readonly OracleSchema[] {
  return Array.isArray(schema);
}

export function oracleEncode(schema: OracleSchema, value: unknown): Buffer {
  if (isUnion(schema)) {
    const [branch, inner] = value as [number, unknown];
    return Buffer.concat([long(BigInt(branch)), oracleEncode(schema[branch], inner)]);
  }
  if (typeof schema === "string") return encodePrimitive(schema, value);
  if ("fields" in schema)
    return Buffer.concat(
      schema.fields.map(({ name, type }) => oracleEncode(type, (value as Record<string, unknown>)[name])),
    );
  if ("symbols" in schema) return long(BigInt(schema.symbols.indexOf(value as string)));
  if ("items" in schema) {
    const items = (value as unknown[]).map((item) => oracleEncode(schema.items, item));
    return blocks(items);
  }
  if ("values" in schema) {
    const entries = Object.entries(value as object).map(([name, item]) =>
      Buffer.concat([encodePrimitive("string", name), oracleEncode(schema.values, item)]),
    );
    return blocks(entries);
  }
  return value as Buffer;
}

/** The first item in a block of its own, the others in one with its size: both forms that there are. */
function blocks(items: readonly Buffer[]): Buffer {
  const [first, ...rest] = items;
  if (first === undefined) return long(0n);
  const bytes = Buffer.concat(rest);
  const second = rest.length === 0 ? [] : [long(BigInt(-rest.length)), long(BigInt(bytes.length)), bytes];
  return Buffer.concat([long(1n), first, ...second, long(0n)]);
}

function encodePrimitive(type: string, value: unknown): Buffer {
  switch (type) {
    case "null":
      return Buffer.alloc(0);
    case "boolean":
      return Buffer.from([value === true ? 1 : 0]);
    case "int":
    case "long":
      return long(value as bigint);
    case "float": {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(value as number);
      return bytes;
    }
    case "double": {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value as number);
      return bytes;
    }
    default: {
      const bytes = Buffer.from(value as string);
      return Buffer.concat([long(BigInt(bytes.length)), bytes]);
    }
  }
}

function long(value: bigint): Buffer {
  let rest = value >= 0n ? value * 2n : -value * 2n - 1n;
  const bytes: number[] = [];
  while (rest >= 128n) {
    bytes.push(Number(rest % 128n) + 128);
    rest /= 128n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

/** What reading is expected to give for a value of the oracle's: longs as numbers where they are safe, unions bare. */
export function oraclePlain(schema: OracleSchema, value: unknown): unknown {
  if (isUnion(schema)) {
    const [branch, inner] = value as [number, unknown];
    return oraclePlain(schema[branch], inner);
  }
  if (typeof schema === "string") {
    if (schema === "float") return Math.fround(value as number);
    return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  if ("fields" in schema)
    return Object.fromEntries(
      schema.fields.map(({ name, type }) => [
        name,
        oraclePlain(type, (value as Record<string, unknown>)[name]),
      ]),
    );
  if ("items" in schema) return (value as unknown[]).map((item) => oraclePlain(schema.items, item));
  if ("values" in schema)
    return Object.fromEntries(
      Object.entries(value as object).map(([name, item]) => [name, oraclePlain(schema.values, item)]),
    );
  return value;
}
