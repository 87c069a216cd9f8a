/** A Protobuf schema as a registry or a script gives it, ready to be read and written with. */
import type { RegisteredSchema } from "../../../lib/io/schema-lookup.ts";
import { badProto, parseProto } from "./parse-proto.ts";
import type { ProtoFile } from "./proto-file.ts";
import { linkProto, type ProtoMessage, type ProtoSchema } from "./proto-schema.ts";
import { readDescriptorSet, readFileDescriptor } from "./read-descriptor.ts";
import { wellKnownTypes } from "./well-known.ts";

/** The schema of a registry: the text of a .proto file, or a descriptor in base64 as Confluent's Python client sends it. */
export function resolveSchema({
  text,
  references,
}: Pick<RegisteredSchema, "text" | "references">): ProtoSchema {
  const others = references.map((reference) => fileOf(reference.text, reference.name));
  return linkProto(fileOf(text, ""), [wellKnownTypes(), ...others]);
}

function fileOf(text: string, name: string): ProtoFile {
  const isBase64 = /^[A-Za-z0-9+/]{8,}={0,2}\s*$/.test(text);
  return isBase64 ? readFileDescriptor(Buffer.from(text, "base64")) : parseProto(text, name);
}

/** What a script gives to read and write plain Protobuf with: one of both. */
export interface ProtoSource {
  /** The text of a .proto file; of several, each later one may use the ones before. */
  readonly proto?: string | readonly string[] | undefined;
  /** A FileDescriptorSet, as `protoc --include_imports --descriptor_set_out=FILE` writes it. */
  readonly descriptor?: Uint8Array | undefined;
}

/** The schema that a script gave. Throws TP_BAD_SCHEMA. */
export function resolveGiven({ proto, descriptor }: ProtoSource): ProtoSchema {
  if ((proto === undefined) === (descriptor === undefined)) {
    throw badProto('it is given neither as proto: "…" nor as descriptor: bytes, or as both');
  }
  const files =
    descriptor === undefined
      ? (typeof proto === "string" ? [proto] : [...(proto ?? [])]).map((text) => parseProto(text))
      : readDescriptorSet(descriptor);
  const main = files.at(-1);
  if (main === undefined) throw badProto("there is no text");
  return linkProto(main, [wellKnownTypes(), ...files.slice(0, -1)]);
}

/** A message by its name, full or as its file says it; without one, the first of the file. Throws TP_BAD_SCHEMA. */
export function messageNamed({ types, messages, package: space }: ProtoSchema, name?: string): ProtoMessage {
  if (name === undefined) {
    const [first] = messages;
    if (first !== undefined) return first;
    throw badProto("it declares no message");
  }
  const found = types.get(name) ?? types.get(`${space}.${name}`);
  if (found?.kind === "message") return found;
  const known = [...types.values()].filter(
    ({ kind, fullName }) => kind === "message" && !isWellKnown(fullName),
  );
  const list = known.slice(0, 10).map(({ fullName }) => fullName);
  throw badProto(`it has no message ${name}; it has ${list.join(", ") || "none"}`);
}

function isWellKnown(name: string): boolean {
  return name.startsWith("google.protobuf.");
}

/** Where a message stands in its file: its place among those at the top, then among those in each. */
export function indexesOf(schema: ProtoSchema, message: ProtoMessage): number[] {
  const search = (messages: readonly ProtoMessage[]): number[] | null => {
    for (let i = 0; i < messages.length; i++) {
      if (messages[i] === message) return [i];
      const inner = search(messages[i].messages);
      if (inner !== null) return [i, ...inner];
    }
    return null;
  };
  const found = search(schema.messages);
  if (found === null) throw badProto(`${message.fullName} is declared in a file that the main one imports`);
  return found;
}

/** The message at a place; undefined where there is none. */
export function messageAt(schema: ProtoSchema, indexes: readonly number[]): ProtoMessage | undefined {
  let messages = schema.messages;
  let message: ProtoMessage | undefined;
  for (const index of indexes) {
    message = messages[index];
    if (message === undefined) return undefined;
    messages = message.messages;
  }
  return message;
}
