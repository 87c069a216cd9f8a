/** What `pw.kafka.read` and `pw.kafka.write` take for the format jsonschema. */
import type { SchemaReference, SubjectNameStrategy } from "../../../lib/io/schema-lookup.ts";

export interface JsonSchemaReadSettings {
  /** What messages must be, as JSON text or object, whatever their own schemas say. Needed without `schemaRegistry`. */
  readonly schema?: string | object;
  /** Default true; false: messages are read like json's, unchecked. */
  readonly validate?: boolean;
}

export interface JsonSchemaWriteSettings {
  /** What is registered, and what each record must be. Default: one made of the columns. */
  readonly schema?: string | object;
  /** The title of the schema that the columns make; default: the topic. */
  readonly name?: string;
  /**
   * Versions in the registry that the schema refers to, by the names that it calls them (its `$ref`s). They must be
   * registered; needs `schemaRegistry` and `schema`. Default: none.
   */
  readonly references?: readonly SchemaReference[];
  /** What schemas are registered under; default "topic": `<topic>-value` and `<topic>-key`. */
  readonly subjectNameStrategy?: SubjectNameStrategy;
  /** Default true. false: nothing is registered, and records must be what the subject's newest schema says. */
  readonly autoRegister?: boolean;
}
