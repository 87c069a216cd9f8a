import protobuf from "protobufjs";
import { TowpathError } from "../../../lib/errors.ts";
import type { EnumDeclaration, FieldDeclaration, MessageDeclaration, ProtoFile } from "./proto-file.ts";

const TEXT_MAX = 4 << 20;

/**
 * Reads the text of a .proto file. protobufjs reads the words only: nothing of it that would make code of a schema is
 * called. Throws TP_BAD_SCHEMA with the line.
 */
export function parseProto(text: string, name = ""): ProtoFile {
  if (text.length > TEXT_MAX) throw badProto(`the text is longer than ${TEXT_MAX} characters`);
  // The parser silently leaves such names out, and everything behind would be counted wrong.
  if (/\b__proto__\b/.test(text)) throw badProto('a name is "__proto__"');
  const root = new protobuf.Root();
  let said: string | undefined;
  try {
    said = protobuf.parse(text, root, { keepCase: true }).package;
  } catch (cause) {
    throw badProto(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const space = (said ?? "").split(".").filter((part) => part !== "");
  const scope = space.reduce<protobuf.NamespaceBase | null>(
    (parent, part) => (parent?.get(part) as protobuf.NamespaceBase | null) ?? null,
    root,
  );
  return {
    name,
    package: said ?? "",
    syntax: syntaxOf(text),
    messages: messagesOf(scope),
    enums: enumsOf(scope),
  };
}

/** An error about a .proto text or a descriptor. */
export function badProto(detail: string, cause?: unknown): TowpathError {
  return new TowpathError("TP_BAD_SCHEMA", `the Protobuf schema cannot be used: ${detail}`, {
    hint: "protoc says what is wrong with a .proto file too.",
    cause,
  });
}

/** The first statement of a file says it; the parser does not tell. */
function syntaxOf(text: string): ProtoFile["syntax"] {
  const space = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
  let start = 0;
  while (space.test(text)) start = space.lastIndex;
  const statement = /(syntax|edition)\s*=\s*["']([^"']*)["']/y;
  statement.lastIndex = start;
  const found = statement.exec(text);
  if (found === null) return "proto2";
  const [, word, value] = found;
  if (word === "edition") return "editions";
  if (value === "proto2" || value === "proto3") return value;
  throw badProto(`its syntax is ${JSON.stringify(value)}, which is neither proto2 nor proto3`);
}

function messagesOf(scope: protobuf.NamespaceBase | null): MessageDeclaration[] {
  const types = (scope?.nestedArray ?? []).filter((nested) => nested instanceof protobuf.Type);
  return types.map((type) => ({
    name: type.name,
    fields: type.fieldsArray.filter((field) => field.extend === undefined).map(fieldOf),
    messages: messagesOf(type),
    enums: enumsOf(type),
  }));
}

function enumsOf(scope: protobuf.NamespaceBase | null): EnumDeclaration[] {
  const enums = (scope?.nestedArray ?? []).filter((nested) => nested instanceof protobuf.Enum);
  return enums.map(({ name, values }) => ({ name, values: Object.entries(values) }));
}

function fieldOf(field: protobuf.Field): FieldDeclaration {
  const options: Readonly<Record<string, unknown>> = field.options ?? {};
  const { rule } = field as { rule?: string };
  const isOptional = options.proto3_optional === true;
  const isMap = field instanceof protobuf.MapField;
  return {
    name: field.name,
    number: field.id,
    label: rule === "repeated" || rule === "required" ? rule : isOptional ? "optional" : null,
    type: field.type,
    mapKey: isMap ? field.keyType : null,
    oneof: field.partOf === null || isOptional ? null : field.partOf.name,
    packed: typeof options.packed === "boolean" ? options.packed : null,
    default: options.default,
  };
}
