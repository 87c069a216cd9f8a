import { badProto, parseProto } from "./parse-proto.ts";
import type { EnumDeclaration, FieldDeclaration, MessageDeclaration, ProtoFile } from "./proto-file.ts";
import { linkProto, type ProtoMessage, scalarNames } from "./proto-schema.ts";
import { ProtobufFault } from "./protobuf-fault.ts";
import { ValueReader } from "./protobuf-value.ts";

/** What is read of google/protobuf/descriptor.proto. */
const text = `
syntax = "proto2";
message FileSet { repeated File file = 1; }
message File {
  optional string name = 1; optional string package = 2; repeated Message message_type = 4;
  repeated Enum enum_type = 5; optional string syntax = 12;
}
message Message {
  optional string name = 1; repeated Field field = 2; repeated Message nested_type = 3; repeated Enum enum_type = 4;
  optional MessageOptions options = 7; repeated Oneof oneof_decl = 8;
}
message MessageOptions { optional bool map_entry = 7; }
message Field {
  optional string name = 1; optional int32 number = 3; optional int32 label = 4; optional int32 type = 5;
  optional string type_name = 6; optional string default_value = 7; optional FieldOptions options = 8;
  optional int32 oneof_index = 9; optional bool proto3_optional = 17;
}
message FieldOptions { optional bool packed = 2; }
message Enum { optional string name = 1; repeated EnumValue value = 2; }
message EnumValue { optional string name = 1; optional int32 number = 2; }
message Oneof { optional string name = 1; }
`;

interface DescribedFile {
  readonly name: string | null;
  readonly package: string | null;
  readonly message_type: readonly DescribedMessage[];
  readonly enum_type: readonly DescribedEnum[];
  readonly syntax: string | null;
}

interface DescribedMessage {
  readonly name: string | null;
  readonly field: readonly DescribedField[];
  readonly nested_type: readonly DescribedMessage[];
  readonly enum_type: readonly DescribedEnum[];
  readonly options: { readonly map_entry: boolean | null } | null;
  readonly oneof_decl: readonly { readonly name: string | null }[];
}

interface DescribedField {
  readonly name: string | null;
  readonly number: number | null;
  readonly label: number | null;
  readonly type: number | null;
  readonly type_name: string | null;
  readonly default_value: string | null;
  readonly options: { readonly packed: boolean | null } | null;
  readonly oneof_index: number | null;
  readonly proto3_optional: boolean | null;
}

interface DescribedEnum {
  readonly name: string | null;
  readonly value: readonly { readonly name: string | null; readonly number: number | null }[];
}

/** The files of a FileDescriptorSet, as `protoc --descriptor_set_out` writes it. Throws TP_BAD_SCHEMA. */
export function readDescriptorSet(bytes: Uint8Array): ProtoFile[] {
  const { file } = read("FileSet", bytes) as { file: readonly DescribedFile[] };
  if (file.length === 0) throw badProto("the descriptor set has no files");
  return file.map(fileOf);
}

/** The file of one FileDescriptorProto. Throws TP_BAD_SCHEMA. */
export function readFileDescriptor(bytes: Uint8Array): ProtoFile {
  return fileOf(read("File", bytes) as DescribedFile);
}

function read(name: string, bytes: Uint8Array): unknown {
  const message = linkProto(parseProto(text), []).types.get(name) as ProtoMessage;
  try {
    return new ValueReader(bytes, bytes.length, "value").message(message, 0, bytes.length);
  } catch (error) {
    if (!(error instanceof ProtobufFault)) throw error;
    throw badProto(`the bytes are no descriptor: at byte ${error.at}, ${error.message}`);
  }
}

function fileOf(file: DescribedFile): ProtoFile {
  const { syntax } = file;
  return {
    name: file.name ?? "",
    package: file.package ?? "",
    syntax: syntax === "proto3" || syntax === "editions" ? syntax : "proto2",
    messages: file.message_type.map(messageOf),
    enums: file.enum_type.map(enumOf),
  };
}

function messageOf(described: DescribedMessage): MessageDeclaration {
  const isEntry = ({ options }: DescribedMessage): boolean => options?.map_entry === true;
  const entries = described.nested_type.filter(isEntry);
  const oneofs = described.oneof_decl.map(({ name }) => name ?? "");
  return {
    name: described.name ?? "",
    fields: described.field.map((field) => fieldOf(field, entries, oneofs)),
    messages: described.nested_type.filter((nested) => !isEntry(nested)).map(messageOf),
    enums: described.enum_type.map(enumOf),
  };
}

function enumOf({ name, value }: DescribedEnum): EnumDeclaration {
  return { name: name ?? "", values: value.map((item) => [item.name ?? "", item.number ?? 0]) };
}

/** FieldDescriptorProto.Type from 1 on; 10 and 11 are groups and messages, 14 enums. */
const types = [
  "double",
  "float",
  "int64",
  "uint64",
  "int32",
  "fixed64",
  "fixed32",
  "bool",
  "string",
  null,
  null,
  "bytes",
  "uint32",
  null,
  "sfixed32",
  "sfixed64",
  "sint32",
  "sint64",
] as const;

function fieldOf(
  field: DescribedField,
  entries: readonly DescribedMessage[],
  oneofs: readonly string[],
): FieldDeclaration {
  const { type_name: reference, oneof_index: oneof } = field;
  const name = field.name ?? "";
  const number = field.number ?? 0;
  const last = reference?.slice(reference.lastIndexOf(".") + 1);
  const entry = entries.find((candidate) => candidate.name === last);
  const base = { name, number, packed: field.options?.packed ?? null };
  if (field.label === 3 && entry !== undefined) {
    const [key, value] = [1, 2].map((part) => entry.field.find((inner) => inner.number === part));
    if (key !== undefined && value !== undefined) {
      const type = typeOf(value);
      return { ...base, label: null, type, mapKey: typeOf(key), oneof: null, default: undefined };
    }
  }
  const isOptional = field.proto3_optional === true;
  const label =
    field.label === 3 ? "repeated" : field.label === 2 ? "required" : isOptional ? "optional" : null;
  return {
    ...base,
    label,
    type: typeOf(field),
    mapKey: null,
    oneof: oneof === null || isOptional ? null : (oneofs[oneof] ?? null),
    default: field.default_value === null ? undefined : defaultOf(field.default_value, typeOf(field)),
  };
}

function typeOf({ type, type_name: reference, name }: DescribedField): string {
  const scalar = types[(type ?? 0) - 1];
  if (scalar !== null && scalar !== undefined) return scalar;
  if (reference !== null) return reference;
  throw badProto(`field ${name} has no type`);
}

/** A default stands in a descriptor as text. */
function defaultOf(text: string, type: string): unknown {
  if (type === "bool") return text === "true";
  if (type === "string" || type === "bytes" || !scalarNames.some((name) => name === type)) return text;
  if (text === "inf" || text === "-inf") return text === "inf" ? Infinity : -Infinity;
  const number = Number(text);
  return type.endsWith("64") && !Number.isSafeInteger(number) ? BigInt(text) : number;
}
