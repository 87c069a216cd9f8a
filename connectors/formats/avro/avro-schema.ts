/**
 * What an Avro schema says, as in the specification of Avro 1.11, "Schema Declaration". Schemas come from registries,
 * hence from anybody: they are data that is checked, nothing is generated from them.
 */
import { TowpathError } from "../../../lib/errors.ts";
import type { RegisteredSchema } from "../../../lib/io/schema-lookup.ts";
import { type AvroLogical, logicalOf } from "./avro-logical.ts";

export type AvroType = AvroPrimitive | AvroFixed | AvroEnum | AvroArray | AvroMap | AvroUnion | AvroRecord;

const primitiveNames = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"] as const;

export interface AvroPrimitive {
  readonly kind: (typeof primitiveNames)[number];
  readonly logical: AvroLogical | null;
}

interface AvroNamed {
  /** With its namespace: "shop.Order". */
  readonly name: string;
  /** Full names. */
  readonly aliases: readonly string[];
}

export interface AvroFixed extends AvroNamed {
  readonly kind: "fixed";
  readonly size: number;
  readonly logical: AvroLogical | null;
}

export interface AvroEnum extends AvroNamed {
  readonly kind: "enum";
  readonly symbols: readonly string[];
  readonly default: string | null;
}

export interface AvroArray {
  readonly kind: "array";
  readonly items: AvroType;
}

export interface AvroMap {
  readonly kind: "map";
  readonly values: AvroType;
}

export interface AvroUnion {
  readonly kind: "union";
  readonly branches: readonly AvroType[];
}

export interface AvroField {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: AvroType;
  /** As JSON; undefined where there is none. */
  readonly default: unknown;
}

export interface AvroRecord extends AvroNamed {
  readonly kind: "record";
  readonly fields: readonly AvroField[];
}

/** A schema as text, or as the value that the text would be. */
export type AvroSchemaInput = string | object;

const TEXT_MAX = 4_000_000;
const TYPES_MAX = 20_000;
const BRANCHES_MAX = 1_000;
const DEPTH_MAX = 100;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SHOWN_MAX = 60;

/**
 * Reads a schema; `references` are texts of schemas whose names it uses, each behind those that it uses itself.
 * Throws TP_BAD_SCHEMA saying where in the schema something is wrong.
 */
export function parseAvroSchema(schema: AvroSchemaInput, references: readonly string[] = []): AvroType {
  const reader = new SchemaReader();
  for (const text of references) reader.read(jsonOf(text));
  return reader.read(typeof schema === "string" ? jsonOf(schema) : schema);
}

/** The schema of a registry. Throws TP_BAD_SCHEMA. */
export function resolveAvroSchema({
  text,
  references,
}: Pick<RegisteredSchema, "text" | "references">): AvroType {
  return parseAvroSchema(
    text,
    references.map((reference) => reference.text),
  );
}

/** A text is JSON, or the bare name of a primitive type. */
function jsonOf(text: string): unknown {
  if (text.length > TEXT_MAX) throw bad("", `it has more than ${TEXT_MAX} characters`);
  const bare = text.trim();
  if ((primitiveNames as readonly string[]).includes(bare)) return bare;
  try {
    return JSON.parse(text);
  } catch {
    throw bad("", "it is not JSON");
  }
}

class SchemaReader {
  readonly #named = new Map<string, AvroType>();
  #count = 0;
  #depth = 0;

  read(json: unknown): AvroType {
    return this.#type(json, "", "");
  }

  /** `space` is the namespace around, `path` where the type stands. */
  #type(json: unknown, space: string, path: string): AvroType {
    if (++this.#count > TYPES_MAX) throw bad(path, `it has more than ${TYPES_MAX} types`);
    if (++this.#depth > DEPTH_MAX) throw bad(path, `it is nested deeper than ${DEPTH_MAX} levels`);
    const type =
      typeof json === "string"
        ? this.#byName(json, space, path)
        : Array.isArray(json)
          ? this.#union(json, space, path)
          : this.#complex(json, space, path);
    this.#depth--;
    return type;
  }

  #byName(name: string, space: string, path: string): AvroType {
    const kind = primitiveNames.find((primitive) => primitive === name);
    if (kind !== undefined) return { kind, logical: null };
    const type = this.#named.get(fullName(name, space)) ?? this.#named.get(name);
    if (type === undefined) throw bad(path, `there is no type ${shown(name)}`);
    return type;
  }

  #union(branches: readonly unknown[], space: string, path: string): AvroUnion {
    if (branches.length > BRANCHES_MAX) throw bad(path, `a union has more than ${BRANCHES_MAX} branches`);
    const types = branches.map((branch, i) => this.#type(branch, space, `${path}[${i}]`));
    const seen = new Set<string>();
    for (const type of types) {
      if (type.kind === "union") throw bad(path, "a union stands directly in a union");
      const name = "name" in type ? type.name : type.kind;
      if (seen.has(name)) throw bad(path, `a union has ${shown(name)} twice`);
      seen.add(name);
    }
    return { kind: "union", branches: types };
  }

  #complex(json: unknown, space: string, path: string): AvroType {
    if (typeof json !== "object" || json === null) throw bad(path, "a type is neither name, list nor object");
    const { type } = json as { readonly type?: unknown };
    switch (type) {
      case "record":
      case "error":
        return this.#record(json, space, path);
      case "enum":
        return this.#enum(json, space, path);
      case "fixed":
        return this.#fixed(json, space, path);
      case "array":
        return { kind: "array", items: this.#type(own(json, "items"), space, `${path}.items`) };
      case "map":
        return { kind: "map", values: this.#type(own(json, "values"), space, `${path}.values`) };
      default:
        return this.#annotated(json, this.#type(type, space, path));
    }
  }

  /** A type with attributes around it, of which only a logical type matters. */
  #annotated(json: object, type: AvroType): AvroType {
    const kind = primitiveNames.find((primitive) => primitive === type.kind);
    return kind === undefined ? type : { kind, logical: logicalOf(json, kind, 0) };
  }

  #record(json: object, space: string, path: string): AvroRecord {
    const named = this.#name(json, space, path);
    const fields: AvroField[] = [];
    const record: AvroRecord = { kind: "record", ...named.names, fields };
    // Before its fields, which may be of this very type.
    this.#define(record, path);
    const given = own(json, "fields");
    if (!Array.isArray(given)) throw bad(path, `the record ${shown(record.name)} has no list of fields`);
    const seen = new Set<string>();
    for (const field of given as readonly unknown[]) {
      const read = this.#field(field, named.space, path);
      if (seen.has(read.name)) throw bad(path, `a record has the field ${shown(read.name)} twice`);
      seen.add(read.name);
      fields.push(read);
    }
    return record;
  }

  #field(json: unknown, space: string, path: string): AvroField {
    if (typeof json !== "object" || json === null) throw bad(path, "a field is no object");
    const name = own(json, "name");
    if (typeof name !== "string" || !NAME.test(name)) throw bad(path, `${shown(name)} is no name of a field`);
    return {
      name,
      aliases: texts(own(json, "aliases")),
      type: this.#type(own(json, "type"), space, path === "" ? name : `${path}.${name}`),
      default: own(json, "default"),
    };
  }

  #enum(json: object, space: string, path: string): AvroEnum {
    const { names } = this.#name(json, space, path);
    const given = own(json, "symbols");
    const symbols = texts(given);
    const isWrong = !Array.isArray(given) || symbols.length !== given.length || symbols.length === 0;
    if (isWrong || symbols.some((symbol) => !NAME.test(symbol)) || new Set(symbols).size < symbols.length)
      throw bad(path, `the enum ${shown(names.name)} has no list of different names`);
    const chosen = own(json, "default");
    if (chosen !== undefined && !symbols.includes(chosen as string))
      throw bad(path, `the enum ${shown(names.name)} has no symbol ${shown(chosen)}, its default`);
    return this.#define(
      { kind: "enum", ...names, symbols, default: (chosen as string | undefined) ?? null },
      path,
    );
  }

  #fixed(json: object, space: string, path: string): AvroFixed {
    const { names } = this.#name(json, space, path);
    const size = own(json, "size");
    if (!Number.isSafeInteger(size) || (size as number) < 0)
      throw bad(path, `the fixed ${shown(names.name)} has no size`);
    const logical = logicalOf(json, "fixed", size as number);
    return this.#define({ kind: "fixed", ...names, size: size as number, logical }, path);
  }

  #name(json: object, around: string, path: string): { readonly names: AvroNamed; readonly space: string } {
    const given = own(json, "name");
    const namespace = own(json, "namespace");
    if (typeof given !== "string") throw bad(path, "a type has no name");
    const name = fullName(given, typeof namespace === "string" ? namespace : around);
    if (!name.split(".").every((part) => NAME.test(part))) throw bad(path, `${shown(given)} is no name`);
    const space = name.slice(0, Math.max(0, name.lastIndexOf(".")));
    const aliases = texts(own(json, "aliases")).map((alias) => fullName(alias, space));
    return { names: { name, aliases }, space };
  }

  #define<T extends AvroFixed | AvroEnum | AvroRecord>(type: T, path: string): T {
    if (this.#named.has(type.name)) throw bad(path, `${shown(type.name)} is defined twice`);
    if ((primitiveNames as readonly string[]).includes(type.name))
      throw bad(path, `${shown(type.name)} is the name of a primitive type`);
    this.#named.set(type.name, type);
    return type;
  }
}

/** A name without its namespace. */
export function simpleName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function fullName(name: string, space: string): string {
  return name.includes(".") || space === "" ? name : `${space}.${name}`;
}

/** Only what the object itself has: schemas are data. */
function own(json: object, name: string): unknown {
  return Object.hasOwn(json, name) ? (json as Record<string, unknown>)[name] : undefined;
}

function texts(given: unknown): string[] {
  return Array.isArray(given) ? given.filter((item) => typeof item === "string") : [];
}

function shown(value: unknown): string {
  const text = typeof value === "object" ? "an object" : (JSON.stringify(value) ?? String(value));
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, "\ufffd");
  return line.length <= SHOWN_MAX ? line : `${line.slice(0, SHOWN_MAX - 1)}…`;
}

function bad(path: string, what: string): TowpathError {
  const where = path === "" ? "" : ` at ${path.length <= SHOWN_MAX ? path : `…${path.slice(-SHOWN_MAX)}`}`;
  return new TowpathError("TP_BAD_SCHEMA", `an Avro schema is none${where}: ${what}`);
}
