/** Protobuf to JS values: what nested columns and the serdes hold. */
import {
  faultAt,
  faultReason,
  PROTOBUF_DEPTH_MAX,
  type ProtobufSlots,
  readVarint,
  scanProtobuf,
  varintEnd,
  WIRE_32,
  WIRE_64,
  WIRE_BYTES,
  WIRE_GROUP,
} from "../../../lib/kernels/protobuf-scan.ts";
import { wordsOf } from "../../../lib/kernels/words.ts";
import { slotsOf, unsetLosers } from "./field-slots.ts";
import type { ProtoField, ProtoMessage } from "./proto-schema.ts";
import { ProtobufFault } from "./protobuf-fault.ts";
import { numberAt, scalarAt, type ValueForm, wireOf } from "./scalars.ts";
import { wrapperNames } from "./well-known.ts";

/** Steps that may take no byte: fields that are not there. */
const FREE_STEPS = 100_000;
const STEPS_PER_BYTE = 4;

/** Where a value is read from: wire type, start and end of each of its occurrences. */
export type Occurrences = readonly number[];

/**
 * Reads messages out of one buffer. It counts what it makes, so that a few bytes cannot ask for more than memory has:
 * a field that is not there is a step too.
 */
export class ValueReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly form: ValueForm;
  #steps: number;

  constructor(bytes: Uint8Array, length: number, form: ValueForm) {
    this.#bytes = bytes;
    this.#view = wordsOf(bytes);
    this.form = form;
    this.#steps = FREE_STEPS + length * STEPS_PER_BYTE;
  }

  /** A message as an object, or as what stands for its well-known type. Throws ProtobufFault. */
  message(message: ProtoMessage, start: number, end: number, depth = 0): unknown {
    if (depth > PROTOBUF_DEPTH_MAX) {
      throw new ProtobufFault(
        start,
        `messages are nested deeper than ${PROTOBUF_DEPTH_MAX} levels`,
        "TP_ROW_TOO_DEEP",
      );
    }
    const known = this.#wellKnown(message, start, end, depth);
    return known === undefined ? this.#object(message, start, end, depth) : known;
  }

  /** A field's value from its occurrences. Throws ProtobufFault. */
  field(field: ProtoField, found: Occurrences, depth = 0): unknown {
    this.#step(found.length > 0 ? found[1] : 0);
    if (field.mapKey !== null) return this.#map(field, field.mapKey, found, depth);
    if (field.isRepeated) return this.#list(field, found, depth);
    const { type } = field;
    if (typeof type !== "string" && type.kind === "message") return this.#merged(type, found, depth);
    const last = lastOf(found, wireOf(type));
    if (last < 0) return this.#empty(field);
    return scalarAt(type, this.#bytes, this.#view, found[last + 1], found[last + 2], this.form);
  }

  #empty(field: ProtoField): unknown {
    const value = emptyOf(field);
    return this.form === "json" && Buffer.isBuffer(value) ? value.toString("base64") : value;
  }

  #object(message: ProtoMessage, start: number, end: number, depth: number): object {
    const slots = this.#scan(message, start, end);
    const { stamp } = slots;
    unsetLosers(message.fields, slots);
    // What is nested in it is read with the same slots.
    const found = message.fields.map((_, i) => (slots.seen[i] === stamp ? slots.all[i].slice() : none));
    const object: Record<string, unknown> = {};
    for (let i = 0; i < found.length; i++) {
      setOwn(object, message.fields[i].name, this.field(message.fields[i], found[i], depth));
    }
    return object;
  }

  #scan(message: ProtoMessage, start: number, end: number): ProtobufSlots {
    const slots = slotsOf(message);
    if (!scanProtobuf(this.#bytes, start, end, slots)) throw new ProtobufFault(faultAt, faultReason);
    return slots;
  }

  /** A message that comes in several pieces is the one that they make one behind the other. */
  #merged(message: ProtoMessage, found: Occurrences, depth: number): unknown {
    const pieces: Uint8Array[] = [];
    let last = -1;
    for (let i = 0; i < found.length; i += 3) {
      if (found[i] !== WIRE_BYTES && found[i] !== WIRE_GROUP) continue;
      last = i;
      pieces.push(this.#bytes.subarray(found[i + 1], found[i + 2]));
    }
    if (last < 0) return null;
    if (pieces.length === 1) return this.message(message, found[last + 1], found[last + 2], depth + 1);
    const whole = Buffer.concat(pieces);
    try {
      return new ValueReader(whole, whole.length, this.form).message(message, 0, whole.length, depth + 1);
    } catch (error) {
      if (!(error instanceof ProtobufFault)) throw error;
      throw new ProtobufFault(
        found[last + 1],
        `in a message that comes in pieces, ${error.message}`,
        error.code,
      );
    }
  }

  #list(field: ProtoField, found: Occurrences, depth: number): unknown[] {
    const { type } = field;
    const list: unknown[] = [];
    for (let i = 0; i < found.length; i += 3) {
      const [wire, start, end] = [found[i], found[i + 1], found[i + 2]];
      this.#step(start);
      if (typeof type !== "string" && type.kind === "message") {
        if (wire === WIRE_BYTES || wire === WIRE_GROUP) list.push(this.message(type, start, end, depth + 1));
      } else if (wire === wireOf(type)) list.push(this.#scalar(field, start, end));
      else if (wire === WIRE_BYTES) this.#unpack(field, start, end, list);
    }
    return list;
  }

  #unpack(field: ProtoField, start: number, end: number, list: unknown[]): void {
    const wire = wireOf(field.type as Exclude<ProtoField["type"], ProtoMessage>);
    const size = wire === WIRE_64 ? 8 : wire === WIRE_32 ? 4 : 0;
    for (let at = start; at < end; ) {
      if (size === 0) readVarint(this.#bytes, at, end);
      const next = size === 0 ? varintEnd : at + size;
      if (next < 0 || next > end) throw new ProtobufFault(at, `a number of field ${field.number} is cut off`);
      list.push(this.#scalar(field, at, next));
      at = next;
    }
  }

  #map(field: ProtoField, key: NonNullable<ProtoField["mapKey"]>, found: Occurrences, depth: number): object {
    const entries: Record<string, unknown> = {};
    const keyField = entryField("key", 1, key);
    const valueField = entryField("value", 2, field.type);
    const entry: ProtoMessage = entryMessage(field, keyField, valueField);
    for (let i = 0; i < found.length; i += 3) {
      this.#step(found[i + 1]);
      if (found[i] !== WIRE_BYTES) continue;
      const slots = this.#scan(entry, found[i + 1], found[i + 2]);
      const of = (slot: number): Occurrences =>
        slots.seen[slot] === slots.stamp ? slots.all[slot].slice() : none;
      const [keyFound, valueFound] = [of(0), of(1)];
      const name = String(this.field(keyField, keyFound, depth));
      const value = this.field(valueField, valueFound, depth);
      setOwn(entries, name, value === null ? this.#emptyMessage(field, depth) : value);
    }
    return entries;
  }

  /** An entry without a value has the empty message. */
  #emptyMessage({ type }: ProtoField, depth: number): unknown {
    return typeof type !== "string" && type.kind === "message" ? this.message(type, 0, 0, depth + 1) : null;
  }

  #scalar({ type }: ProtoField, start: number, end: number): unknown {
    const scalar = type as Exclude<ProtoField["type"], ProtoMessage>;
    return scalarAt(scalar, this.#bytes, this.#view, start, end, this.form);
  }

  /** Undefined for messages that are what they say. */
  #wellKnown(message: ProtoMessage, start: number, end: number, depth: number): unknown {
    const { fullName } = message;
    if (!fullName.startsWith("google.protobuf.")) return undefined;
    if (fullName === "google.protobuf.Timestamp" || fullName === "google.protobuf.Duration") {
      const ms = this.milliseconds(message, start, end);
      if (fullName.endsWith("Duration")) return ms;
      const date = new Date(Math.floor(ms));
      if (this.form === "value") return date;
      return Number.isFinite(date.getTime()) ? date.toISOString() : null;
    }
    if (wrapperNames.has(fullName)) {
      return Object.values(this.#object(message, start, end, depth))[0];
    }
    if (fullName === "google.protobuf.Struct" || fullName === "google.protobuf.ListValue") {
      return Object.values(this.#object(message, start, end, depth))[0];
    }
    if (fullName !== "google.protobuf.Value") return undefined;
    const kinds = Object.entries(this.#object(message, start, end, depth));
    const set = kinds.find(([name, value]) => value !== null && name !== "null_value");
    return set === undefined ? null : set[1];
  }

  /** Those of a Timestamp or a Duration: seconds and nanoseconds; with a fraction where it has one. */
  milliseconds(message: ProtoMessage, start: number, end: number): number {
    const slots = this.#scan(message, start, end);
    const part = (slot: number, type: "int64" | "int32"): number => {
      if (slots.seen[slot] !== slots.stamp) return 0;
      const found = slots.all[slot];
      const last = lastOf(found, 0);
      return last < 0 ? 0 : numberAt(type, this.#bytes, this.#view, found[last + 1], found[last + 2]);
    };
    return part(0, "int64") * 1000 + part(1, "int32") / 1e6;
  }

  #step(at: number): void {
    if (--this.#steps < 0) throw new ProtobufFault(at, "the message means far more than its bytes can hold");
  }
}

const none: Occurrences = [];

function lastOf(found: Occurrences, wire: number): number {
  for (let i = found.length - 3; i >= 0; i -= 3) if (found[i] === wire) return i;
  return -1;
}

/** What a field is that is not there: null where that differs from its first value. */
export function emptyOf(field: ProtoField): unknown {
  if (field.default !== undefined) {
    return field.type === "bytes" ? Buffer.from(String(field.default), "latin1") : field.default;
  }
  if (field.hasPresence) return null;
  if (field.mapKey !== null) return {};
  if (field.isRepeated) return [];
  return firstOf(field);
}

function firstOf({ type }: ProtoField): unknown {
  if (typeof type !== "string") return type.kind === "enum" ? type.first : null;
  if (type === "string") return "";
  if (type === "bytes") return Buffer.alloc(0);
  return type === "bool" ? false : 0;
}

function entryField(name: string, number: number, type: ProtoField["type"]): ProtoField {
  return {
    name,
    jsonName: name,
    number,
    type,
    mapKey: null,
    isRepeated: false,
    isRequired: false,
    hasPresence: false,
    isPacked: false,
    oneof: null,
    default: undefined,
  };
}

const entries = new WeakMap<ProtoField, ProtoMessage>();

function entryMessage(field: ProtoField, key: ProtoField, value: ProtoField): ProtoMessage {
  let entry = entries.get(field);
  if (entry === undefined) {
    const byNumber = new Map([key, value].map((part) => [part.number, part]));
    entry = {
      kind: "message",
      fullName: `${field.name} entry`,
      fields: [key, value],
      byNumber,
      messages: [],
    };
    entries.set(field, entry);
  }
  return entry;
}

/** A key of a map may be "__proto__", which is a name like others here. */
function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
