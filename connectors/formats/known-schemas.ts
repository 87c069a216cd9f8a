import { Failed } from "../../lib/data/coerce.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { PackedBytes, PackedMessages } from "../../lib/io/parser.ts";
import type { RegisteredSchema, SchemaLookup, SchemaType } from "../../lib/io/schema-lookup.ts";
import { frameId, unknownSchema } from "./confluent-frame.ts";

/** Requests on their way at one time. */
const FETCHES_MAX = 16;
/** A schema that the registry lacked is asked for again after this long: registries have replicas. */
const UNKNOWN_MS = 10_000;
/** Ids that the registry lacked are forgotten beyond this many: bad messages may name any. */
const UNKNOWN_MAX = 10_000;

/** The schemas that messages name by ids, as `resolve` makes them ready to read with. */
export class KnownSchemas<T> {
  readonly #lookup: SchemaLookup;
  readonly #type: SchemaType;
  readonly #resolve: (schema: RegisteredSchema) => T;
  readonly #known = new Map<number, T | Failed>();
  /** By id: when the registry had no such schema. */
  readonly #unknown = new Map<number, number>();

  /** `resolve` throws a TowpathError where a schema cannot be used. */
  constructor(lookup: SchemaLookup, type: SchemaType, resolve: (schema: RegisteredSchema) => T) {
    this.#lookup = lookup;
    this.#type = type;
    this.#resolve = resolve;
  }

  /** What is read with, or why nothing can be. */
  of(id: number): T | Failed {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const schema = this.#lookup.get(id);
    return schema === undefined ? unknownSchema(id) : this.#keep(schema);
  }

  /** A promise to wait for before `of(id)` can answer; null where there is nothing to wait for. */
  missing(id: number): Promise<void> | null {
    return this.#isMissing(id) ? this.#fetchOne(id) : null;
  }

  /**
   * Asks for the schemas of messages [from, to) that nobody has asked for; null where there are none. With `withKeys`
   * those of the keys of messages without payload too.
   */
  prepare(messages: PackedMessages, from: number, to: number, withKeys = false): Promise<void> | null {
    const missing = new Set<number>();
    this.#collect(messages, from, to, missing);
    const { keys, nulls } = messages;
    if (withKeys && keys !== null && nulls !== null) {
      for (let i = from; i < to; i++) if (nulls[i] !== 0) this.#collect(keys, i, i + 1, missing);
    }
    return missing.size === 0 ? null : this.#fetchAll([...missing]);
  }

  #collect({ bytes, ends }: PackedBytes, from: number, to: number, missing: Set<number>): void {
    let last = -1;
    for (let i = from; i < to; i++) {
      const id = frameId(bytes, i === 0 ? 0 : ends[i - 1], ends[i]);
      if (id < 0 || id === last) continue;
      last = id;
      if (this.#isMissing(id)) missing.add(id);
    }
  }

  async #fetchAll(ids: readonly number[]): Promise<void> {
    for (let at = 0; at < ids.length; at += FETCHES_MAX) {
      await Promise.all(ids.slice(at, at + FETCHES_MAX).map((id) => this.#fetchOne(id)));
    }
  }

  #isMissing(id: number): boolean {
    if (this.#known.has(id) || this.#lookup.get(id) !== undefined) return false;
    const since = this.#unknown.get(id);
    return since === undefined || performance.now() - since > UNKNOWN_MS;
  }

  async #fetchOne(id: number): Promise<void> {
    const schema = await this.#lookup.fetch(id);
    if (schema !== null) {
      this.#keep(schema);
      return;
    }
    if (this.#unknown.size >= UNKNOWN_MAX) this.#unknown.clear();
    this.#unknown.set(id, performance.now());
  }

  #keep(schema: RegisteredSchema): T | Failed {
    const ready = this.#ready(schema);
    this.#known.set(schema.id, ready);
    return ready;
  }

  #ready(schema: RegisteredSchema): T | Failed {
    const { id, type } = schema;
    if (type !== this.#type) {
      return new Failed(`schema ${id} is of the type ${type}, not ${this.#type}`, "TP_ROW_SCHEMA_MISMATCH");
    }
    try {
      return this.#resolve(schema);
    } catch (error) {
      if (!(error instanceof TowpathError)) throw error;
      return new Failed(`schema ${id}: ${error.detail}`, "TP_ROW_SCHEMA_MISMATCH");
    }
  }
}
