/** What `pw.kafka.read` and `pw.kafka.write` take for the format avro. */
import type { SchemaReference, SubjectNameStrategy } from "../../../lib/io/schema-lookup.ts";
import type { AvroSchemaInput } from "./avro-schema.ts";

export interface AvroReadSettings {
  /**
   * The reader's schema, as JSON text or object: messages are read as it says, whatever schema they were written with, by
   * Avro's rules for schema resolution (promotion, defaults, aliases, unions). It makes the columns where neither `schema`
   * nor `valueColumns` does. Default: each message's own schema.
   */
  readonly schema?: AvroSchemaInput;
}

export interface AvroWriteSettings {
  /** The schema of what is written; its fields are the columns. Default: one made of the columns, by docs/formats.md. */
  readonly schema?: AvroSchemaInput;
  /** The full name of the record that the columns make; default: the topic, with `_` for what a name cannot hold. */
  readonly name?: string;
  /**
   * Versions in the registry that the schema refers to, by the names that it calls them (full names). They must be
   * registered; needs `schemaRegistry` and `schema`. Default: none.
   */
  readonly references?: readonly SchemaReference[];
  /** What schemas are registered under; default "topic": `<topic>-value` and `<topic>-key`. */
  readonly subjectNameStrategy?: SubjectNameStrategy;
  /** Default true. false: nothing is registered, and records are written as the subject's newest schema says. */
  readonly autoRegister?: boolean;
}
