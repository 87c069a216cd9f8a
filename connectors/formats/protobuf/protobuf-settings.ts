/** What `pw.kafka.read` and `pw.kafka.write` take for the format protobuf. */
import type { SchemaReference, SubjectNameStrategy } from "../../../lib/io/schema-lookup.ts";
import type { ProtoSource } from "./resolve-proto.ts";

/** Without `schemaRegistry` messages are bare, and `proto` or `descriptor` says what they are. */
export interface ProtobufReadSettings extends ProtoSource {
  /** The name of the message; default: the first of the text, or of the descriptor's last file. */
  readonly message?: string | undefined;
}

export interface ProtobufWriteSettings {
  /** The text of a .proto file whose message is written; its fields are the columns. Default: one made of the columns. */
  readonly proto?: string;
  /**
   * The name of the message. Default: the first of `proto`, or of the schema that is found; for one made of the columns the
   * topic, with `_` for what a name cannot hold.
   */
  readonly message?: string;
  /**
   * Versions in the registry that the schema refers to, by the names that it calls them (its imports). They must be
   * registered; needs `schemaRegistry` and `proto`. Default: none.
   */
  readonly references?: readonly SchemaReference[];
  /** What schemas are registered under; default "topic": `<topic>-value` and `<topic>-key`. */
  readonly subjectNameStrategy?: SubjectNameStrategy;
  /** Default true. false: nothing is registered, and messages are written as the subject's newest schema says. */
  readonly autoRegister?: boolean;
}
