import { badProto } from "./parse-proto.ts";
import type { EnumDeclaration, FieldDeclaration, MessageDeclaration, ProtoFile } from "./proto-file.ts";

export const scalarNames = [
  "double",
  "float",
  "int32",
  "int64",
  "uint32",
  "uint64",
  "sint32",
  "sint64",
  "fixed32",
  "fixed64",
  "sfixed32",
  "sfixed64",
  "bool",
  "string",
  "bytes",
] as const;

export type ScalarName = (typeof scalarNames)[number];

export interface ProtoMessage {
  readonly kind: "message";
  readonly fullName: string;
  readonly fields: readonly ProtoField[];
  readonly byNumber: ReadonlyMap<number, ProtoField>;
  /** Those declared in it, in order: message indexes count them. */
  readonly messages: readonly ProtoMessage[];
}

export interface ProtoEnum {
  readonly kind: "enum";
  readonly fullName: string;
  /** Of several names of one number, the first. */
  readonly nameOf: ReadonlyMap<number, string>;
  readonly numberOf: ReadonlyMap<string, number>;
  /** What a field without a value is. */
  readonly first: string;
}

export type ProtoType = ScalarName | ProtoMessage | ProtoEnum;

export interface ProtoField {
  readonly name: string;
  /** In lowerCamelCase. */
  readonly jsonName: string;
  readonly number: number;
  readonly type: ProtoType;
  /** The type of a map's keys; `type` is then that of its values. */
  readonly mapKey: ScalarName | null;
  readonly isRepeated: boolean;
  readonly isRequired: boolean;
  /** Whether a value that is not there differs from 0 or "". */
  readonly hasPresence: boolean;
  /** Whether repeated numbers are written in one piece. Both forms are read. */
  readonly isPacked: boolean;
  readonly oneof: string | null;
  /** What proto2's `[default = …]` says. */
  readonly default: unknown;
}

/** All messages and enums of some files, by their full names, and the messages of the main one in order. */
export interface ProtoSchema {
  readonly types: ReadonlyMap<string, ProtoMessage | ProtoEnum>;
  /** Those declared at the top of the main file, in order: message indexes count them. */
  readonly messages: readonly ProtoMessage[];
  readonly package: string;
}

const TYPES_MAX = 10_000;
const FIELD_NUMBER_MAX = 2 ** 29 - 1;

type Draft = { -readonly [K in keyof ProtoMessage]: ProtoMessage[K] };

/**
 * Looks up all names in `main`, declared in it or in `others`; who declares the same type twice means the same by it.
 * Throws TP_BAD_SCHEMA.
 */
export function linkProto(main: ProtoFile, others: readonly ProtoFile[]): ProtoSchema {
  const types = new Map<string, ProtoMessage | ProtoEnum>();
  const pending: (() => void)[] = [];
  const declareAll = (file: ProtoFile): ProtoMessage[] => {
    for (const declared of file.enums) declareEnum(types, declared, file.package);
    return file.messages.map((declared) =>
      declareMessage(types, pending, declared, file.package, file.syntax),
    );
  };
  for (const file of others) declareAll(file);
  const messages = declareAll(main);
  for (const fill of pending) fill();
  return { types, messages, package: main.package };
}

function declareMessage(
  types: Map<string, ProtoMessage | ProtoEnum>,
  pending: (() => void)[],
  declared: MessageDeclaration,
  scope: string,
  syntax: ProtoFile["syntax"],
): ProtoMessage {
  const fullName = joined(scope, declared.name);
  for (const inner of declared.enums) declareEnum(types, inner, fullName);
  const messages = declared.messages.map((inner) => declareMessage(types, pending, inner, fullName, syntax));
  const message: Draft = { kind: "message", fullName, fields: [], byNumber: new Map(), messages };
  pending.push(() => {
    message.fields = declared.fields.map((field) => fieldOf(types, field, fullName, syntax));
    message.byNumber = new Map(message.fields.map((field) => [field.number, field]));
    const names = new Set(message.fields.map(({ name }) => name));
    if (message.byNumber.size === message.fields.length && names.size === message.fields.length) return;
    throw badProto(`two fields of ${fullName} have the same name or number`);
  });
  return keep(types, message);
}

function declareEnum(
  types: Map<string, ProtoMessage | ProtoEnum>,
  { name, values }: EnumDeclaration,
  scope: string,
): void {
  const nameOf = new Map<number, string>();
  for (const [value, number] of values) if (!nameOf.has(number)) nameOf.set(number, value);
  const first = values[0]?.[0];
  if (first === undefined) throw badProto(`enum ${joined(scope, name)} has no values`);
  keep(types, { kind: "enum", fullName: joined(scope, name), nameOf, numberOf: new Map(values), first });
}

function keep<T extends ProtoMessage | ProtoEnum>(types: Map<string, ProtoMessage | ProtoEnum>, type: T): T {
  if (types.size >= TYPES_MAX) throw badProto(`it has more than ${TYPES_MAX} types`);
  types.set(type.fullName, type);
  return type;
}

function fieldOf(
  types: ReadonlyMap<string, ProtoMessage | ProtoEnum>,
  declared: FieldDeclaration,
  scope: string,
  syntax: ProtoFile["syntax"],
): ProtoField {
  const { name, number, label, oneof } = declared;
  const where = `field ${name} of ${scope}`;
  if (!Number.isInteger(number) || number < 1 || number > FIELD_NUMBER_MAX) {
    throw badProto(`${where} has the number ${number}`);
  }
  const type = lookUp(types, declared.type, scope, where);
  const mapKey = declared.mapKey === null ? null : keyType(declared.mapKey, where);
  const isRepeated = label === "repeated";
  const isNumber =
    type !== "string" && type !== "bytes" && (typeof type === "string" || type.kind === "enum");
  const isMessage = typeof type !== "string" && type.kind === "message";
  return {
    name,
    jsonName: name.replace(/_+(.)/g, (_, letter: string) => letter.toUpperCase()),
    number,
    type,
    mapKey,
    isRepeated,
    isRequired: label === "required",
    hasPresence:
      !isRepeated &&
      mapKey === null &&
      (isMessage || label === "optional" || oneof !== null || syntax !== "proto3"),
    isPacked: isRepeated && isNumber && (declared.packed ?? syntax !== "proto2"),
    oneof,
    default: declared.default,
  };
}

/** From the innermost scope outwards, as in C++. */
function lookUp(
  types: ReadonlyMap<string, ProtoMessage | ProtoEnum>,
  name: string,
  scope: string,
  where: string,
): ProtoType {
  const scalar = scalarNames.find((known) => known === name);
  if (scalar !== undefined) return scalar;
  if (name.startsWith(".")) {
    const found = types.get(name.slice(1));
    if (found !== undefined) return found;
  } else {
    for (let around = scope; ; around = around.slice(0, Math.max(around.lastIndexOf("."), 0))) {
      const found = types.get(joined(around, name));
      if (found !== undefined) return found;
      if (around === "") break;
    }
  }
  throw badProto(`the type ${name} of ${where} is not declared in it, nor in what it imports`);
}

function keyType(name: string, where: string): ScalarName {
  const scalar = scalarNames.find((known) => known === name);
  if (scalar !== undefined && scalar !== "double" && scalar !== "float" && scalar !== "bytes") return scalar;
  throw badProto(`${where} is a map whose keys are ${name}`);
}

function joined(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}
