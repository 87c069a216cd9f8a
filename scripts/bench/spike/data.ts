/** Deterministic test messages, packed the way the native reader packs them: payloads end to end, plus their ends. */

import { randomFrom } from "../harness/random.ts";

/** One packed batch: payload bytes end to end; message i is `bytes[ends[i - 1] ?? 0, ends[i])`. */
export interface PackedBatch {
  bytes: Uint8Array;
  ends: Uint32Array;
  count: number;
}

const SEED = 0x2545f491;

/** `{"word":"w…"}` over `groups` distinct words. */
export function words(count: number, groups: number): string[] {
  const random = randomFrom(SEED);
  return Array.from({ length: count }, () => `{"word":"word-${Math.floor(random() * groups)}"}`);
}

/** Orders of five fields; `groups` regions, 100,000 customers, amounts in cents as decimals. */
export function orders(count: number, groups: number): string[] {
  const random = randomFrom(SEED);
  return Array.from({ length: count }, (_, id) => {
    const customer = Math.floor(random() * 100_000);
    const region = Math.floor(random() * groups);
    const amount = Math.floor(random() * 1_000_000) / 100;
    return `{"id":${id},"customer":${customer},"region":"region-${region}","amount":${amount},"at":${1_700_000_000_000 + id}}`;
  });
}

/** Packs messages into batches of at most `rows`. */
export function pack(messages: string[], rows: number): PackedBatch[] {
  const batches: PackedBatch[] = [];
  for (let from = 0; from < messages.length; from += rows) {
    const slice = messages.slice(from, from + rows);
    const ends = new Uint32Array(slice.length);
    let total = 0;
    slice.forEach((message, i) => {
      total += Buffer.byteLength(message);
      ends[i] = total;
    });
    const bytes = new Uint8Array(total + 8);
    bytes.set(Buffer.from(slice.join("")));
    batches.push({ bytes, ends, count: slice.length });
  }
  return batches;
}
