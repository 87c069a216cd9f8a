/** What a .proto file says, whether it came as text or as a descriptor; names in it are not yet looked up. */

export interface ProtoFile {
  /** Its name, as `import` calls it; empty where nobody said. */
  readonly name: string;
  /** Empty where there is none. */
  readonly package: string;
  /** Editions from 2023 on count as one here: fields have presence, and repeated numbers are packed. */
  readonly syntax: "proto2" | "proto3" | "editions";
  readonly messages: readonly MessageDeclaration[];
  readonly enums: readonly EnumDeclaration[];
}

export interface MessageDeclaration {
  readonly name: string;
  readonly fields: readonly FieldDeclaration[];
  readonly messages: readonly MessageDeclaration[];
  readonly enums: readonly EnumDeclaration[];
}

export interface EnumDeclaration {
  readonly name: string;
  readonly values: readonly (readonly [name: string, number: number])[];
}

export interface FieldDeclaration {
  readonly name: string;
  readonly number: number;
  readonly label: "optional" | "required" | "repeated" | null;
  /** A scalar's name, or a reference to a message or enum: with a leading point where it is a full name. */
  readonly type: string;
  /** The type of a map's keys; null where it is no map, else `type` is that of its values. */
  readonly mapKey: string | null;
  readonly oneof: string | null;
  /** What `[packed = …]` says. */
  readonly packed: boolean | null;
  /** What `[default = …]` says. */
  readonly default: unknown;
}
