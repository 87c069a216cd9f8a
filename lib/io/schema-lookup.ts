/** What formats whose messages name a schema need from a schema registry, whoever speaks to it. */

export type SchemaType = "AVRO" | "PROTOBUF" | "JSON";

/** A schema as a registry has it: ids never change their meaning. */
export interface RegisteredSchema {
  readonly id: number;
  readonly type: SchemaType;
  readonly text: string;
  /** All that it refers to, directly or not, each behind what it refers to itself. */
  readonly references: readonly ResolvedReference[];
}

export interface ResolvedReference {
  /** As the text that refers to it calls it: a full name (Avro), an import (Protobuf), a URL (JSON Schema). */
  readonly name: string;
  readonly text: string;
}

/** A schema that is to be written with. */
export interface NewSchema {
  readonly type: SchemaType;
  readonly text: string;
  /** Registered versions of others that the text refers to; default: none. */
  readonly references?: readonly SchemaReference[];
}

export interface SchemaReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/**
 * Schemas by id and by subject. The implementation keeps what it has found, makes one request of several for the same,
 * and tries again for as long as that makes sense: a rejection (with a TowpathError) ends the run.
 */
export interface SchemaLookup {
  /** The schema where it is at hand, without waiting; undefined where nobody has asked for it yet. */
  get(id: number): RegisteredSchema | undefined;
  /** The schema, at hand from then on; null where the registry has none with this id. */
  fetch(id: number): Promise<RegisteredSchema | null>;
  /** The id under which the subject has the schema; registers it where it has not yet. Absent: reading only. */
  register?(subject: string, schema: NewSchema): Promise<number>;
  /** The subject's newest schema, null where it has none. Absent: reading only. */
  latest?(subject: string): Promise<RegisteredSchema | null>;
}

/** What a subject's name is made of. */
export interface SubjectParts {
  readonly topic: string;
  readonly field: "key" | "value";
  /** The full name of the record, message or title that the schema says, where it says one. */
  readonly record: string | undefined;
}

/**
 * The subject that a schema is registered under, as Confluent's strategies name it. "topic" (their default):
 * `orders-value`, `orders-key`. "record": `shop.Order`. "topic-record": `orders-shop.Order`. A function: what it returns.
 */
export type SubjectNameStrategy = "topic" | "record" | "topic-record" | ((parts: SubjectParts) => string);

/** The subject's name. A schema without a name of its own is named by its topic whatever the strategy. */
export function subjectName(strategy: SubjectNameStrategy, parts: SubjectParts): string {
  if (typeof strategy === "function") return strategy(parts);
  const { topic, field, record } = parts;
  if (strategy === "topic" || record === undefined) return `${topic}-${field}`;
  return strategy === "record" ? record : `${topic}-${record}`;
}
