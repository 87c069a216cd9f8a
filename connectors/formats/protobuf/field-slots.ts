import type { ProtobufSlots } from "../../../lib/kernels/protobuf-scan.ts";
import type { ProtoField, ProtoMessage } from "./proto-schema.ts";

/** Field numbers up to here are found in an array. */
const NEAR_MAX = 1024;

const cached = new WeakMap<ProtoMessage, ProtobufSlots>();

/** A slot for each field of a message, in order, that keeps all occurrences. Used again: take out before the next scan. */
export function slotsOf(message: ProtoMessage): ProtobufSlots {
  let slots = cached.get(message);
  if (slots === undefined) {
    slots = createSlots(
      message.fields,
      message.fields.map(() => -1),
    );
    cached.set(message, slots);
  }
  return slots;
}

/** A slot for each field; `wires` as in ProtobufSlots. */
export function createSlots(fields: readonly ProtoField[], wires: readonly number[]): ProtobufSlots {
  const numbers = fields.map(({ number }) => number);
  const near = new Int32Array(
    Math.min(
      numbers.reduce((a, b) => Math.max(a, b), 0),
      NEAR_MAX,
    ) + 1,
  ).fill(-1);
  const far = new Map<number, number>();
  numbers.forEach((number, slot) => {
    if (number < near.length) near[number] = slot;
    else far.set(number, slot);
  });
  return {
    near,
    far,
    wires: Int8Array.from(wires),
    seen: new Uint32Array(fields.length),
    starts: new Uint32Array(fields.length),
    ends: new Uint32Array(fields.length),
    all: fields.map(() => []),
    stamp: 0,
  };
}

/** Of the fields of a oneof that a message has, only the one behind the others is set: forgets the rest. */
export function unsetLosers(fields: readonly ProtoField[], slots: ProtobufSlots): void {
  const { seen, starts, stamp } = slots;
  const winners = new Map<string, number>();
  for (let slot = 0; slot < fields.length; slot++) {
    const { oneof } = fields[slot];
    if (oneof === null || seen[slot] !== stamp) continue;
    const winner = winners.get(oneof);
    if (winner !== undefined && starts[winner] > starts[slot]) seen[slot] = 0;
    else {
      if (winner !== undefined) seen[winner] = 0;
      winners.set(oneof, slot);
    }
  }
}
