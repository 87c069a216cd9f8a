import { Failed } from "../../../lib/data/coerce.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { RegisteredSchema, SchemaLookup } from "../../../lib/io/schema-lookup.ts";
import { unknownSchema } from "../confluent-frame.ts";
import { type AvroType, parseAvroSchema } from "./avro-schema.ts";

/** Requests on their way at one time. */
const FETCHES_MAX = 16;
/** A schema that the registry lacked is asked for again after this long: registries have replicas. */
const UNKNOWN_MS = 10_000;
/** Ids that are no schema's are remembered up to this many: anybody can make up more. */
const UNKNOWN_MAX = 10_000;

/** The schemas that messages were written with, by the ids that they name. */
export class AvroWriters {
  readonly #lookup: SchemaLookup;
  readonly #known = new Map<number, AvroType | Failed>();
  /** By id: when the registry had no such schema. */
  readonly #unknown = new Map<number, number>();

  constructor(lookup: SchemaLookup) {
    this.#lookup = lookup;
  }

  /** What the schema says, or why nothing can be read with it. */
  of(id: number): AvroType | Failed {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const schema = this.#lookup.get(id);
    return schema === undefined ? unknownSchema(id) : this.#keep(schema);
  }

  /** Whether it must be asked for before `of` can answer. */
  isMissing(id: number): boolean {
    if (this.#known.has(id) || this.#lookup.get(id) !== undefined) return false;
    const since = this.#unknown.get(id);
    return since === undefined || Date.now() - since > UNKNOWN_MS;
  }

  async fetch(ids: readonly number[]): Promise<void> {
    for (let at = 0; at < ids.length; at += FETCHES_MAX) {
      await Promise.all(ids.slice(at, at + FETCHES_MAX).map((id) => this.#fetchOne(id)));
    }
  }

  async #fetchOne(id: number): Promise<void> {
    const schema = await this.#lookup.fetch(id);
    if (schema !== null) this.#keep(schema);
    else {
      if (this.#unknown.size >= UNKNOWN_MAX) this.#unknown.clear();
      this.#unknown.set(id, Date.now());
    }
  }

  #keep(schema: RegisteredSchema): AvroType | Failed {
    const type = typeOf(schema);
    this.#known.set(schema.id, type);
    return type;
  }
}

function typeOf({ id, type, text, references }: RegisteredSchema): AvroType | Failed {
  if (type !== "AVRO")
    return new Failed(`schema ${id} is no Avro schema but ${type}`, "TP_ROW_SCHEMA_MISMATCH");
  try {
    const texts = references.map((reference) => reference.text);
    return parseAvroSchema(text, texts);
  } catch (error) {
    if (!(error instanceof TowpathError)) throw error;
    return new Failed(`schema ${id}: ${error.detail}`, "TP_ROW_SCHEMA_MISMATCH");
  }
}
