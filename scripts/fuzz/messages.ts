/** Cases that are messages: the first byte chooses the columns, 0x1e stands between messages. */
import { inspect } from "node:util";
import { type Columns, typeOf } from "../../lib/data/schema.ts";
import { typeNames } from "../../lib/data/type.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { PackedMessages } from "../../lib/io/parser.ts";
import { type Outcome, packed } from "../../test/connectors/formats/packed.ts";
import { Rng } from "../../test/support/rng.ts";
import { mutated, texts } from "./mutate.ts";

const SEPARATOR = 0x1e;
const MESSAGES_MAX = 64;
const names = ["a", "b", "name", "é", "__proto__", "constructor", 'q"'];

export interface MessageCase {
  readonly columns: Columns;
  readonly needed: readonly boolean[];
  readonly messages: PackedMessages;
}

export function messageCase(bytes: Uint8Array): MessageCase {
  const rng = new Rng(bytes[0] ?? 0);
  const columns = rng
    .shuffled(names)
    .slice(0, rng.between(1, 4))
    .map((name) => ({
      name,
      type: typeOf(rng.pick([...typeNames, "int", "str"]) + (rng.chance(0.5) ? "?" : ""), name),
    }));
  const needed = columns.map(() => rng.chance(0.8));
  return { columns, needed, messages: packed(splitMessages(bytes.subarray(1))) };
}

export function splitMessages(bytes: Uint8Array): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  let start = 0;
  for (let at = bytes.indexOf(SEPARATOR); at >= 0 && payloads.length < MESSAGES_MAX; ) {
    payloads.push(bytes.subarray(start, at));
    start = at + 1;
    at = bytes.indexOf(SEPARATOR, start);
  }
  return [...payloads, bytes.subarray(start)];
}

/** Some mutated messages of `seeds` behind a byte for the columns. */
export function makeMessages(rng: Rng, seeds: readonly string[], tokens: readonly string[]): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(rng.below(256))];
  const given = texts(...seeds);
  const count = rng.between(1, 4);
  for (let i = 0; i < count; i++) {
    if (i > 0) parts.push(Uint8Array.of(SEPARATOR));
    parts.push(mutated(rng, given, [...tokens, ...names]));
  }
  return Buffer.concat(parts);
}

/** Throws where two readers differ: about rows, or about what is refused and why. */
export function expectSame(fast: Outcome, careful: Outcome): void {
  const [one, other] = [fast, careful].map((outcome) =>
    inspect(outcome, { depth: null, maxArrayLength: null, maxStringLength: null }),
  );
  if (one !== other) throw new Error(`the fast and the careful path differ:\n${one}\n${other}`);
}

/** Throws where a message is neither one row nor refused once, or nothing says where its bytes are wrong. */
export function expectEachOnce({ rows, rejected }: Outcome, messages: PackedMessages): void {
  const seen = [...rows.map(({ offset }) => offset), ...rejected.map(({ message }) => message)].sort(
    (a, b) => a - b,
  );
  if (seen.length !== messages.length || seen.some((message, i) => message !== i))
    throw new Error(`of ${messages.length} messages, these became rows or were refused: ${seen.join(", ")}`);
  for (const { code, detail } of rejected) {
    if (detail === "" || (code === "TP_ROW_BAD_PROTOBUF" && !/at byte \d+, ./.test(detail)))
      throw new Error(`${code} says nothing of where: ${detail}`);
  }
}

/** What a call returns; undefined where it refuses with an error of ours. */
export function tried(what: () => unknown): unknown {
  try {
    return what();
  } catch (error) {
    if (!(error instanceof TowpathError)) throw error;
    return undefined;
  }
}
