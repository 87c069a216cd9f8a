import type { Rng } from "../../test/support/rng.ts";

/** What trips readers of text, whatever the format. */
const anyTokens = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  "\u0000",
  "\ufeff",
  "\u2028",
  "\ud800",
  "1e999",
  "-0",
  "9007199254740993",
  "NaN",
  "*COMMIT*",
  "\r\n",
  '"',
  "\\",
  "\\u",
  "[",
  "{",
];

const CASE_BYTES_MAX = 1 << 18;

/**
 * Bytes that are nearly one of `seeds`: pieces are cut out, doubled, moved between seeds, replaced by `tokens`, nested
 * deeply, or have bits flipped.
 */
export function mutated(rng: Rng, seeds: readonly Uint8Array[], tokens: readonly string[]): Uint8Array {
  let bytes = Buffer.from(rng.pick(seeds));
  const times = rng.weighted([
    [1, 0],
    [4, 1],
    [4, rng.between(2, 5)],
    [1, rng.between(6, 40)],
  ] as const);
  for (let i = 0; i < times; i++) bytes = mutatedOnce(rng, bytes, seeds, tokens);
  return bytes.subarray(0, CASE_BYTES_MAX);
}

function mutatedOnce(
  rng: Rng,
  bytes: Buffer,
  seeds: readonly Uint8Array[],
  tokens: readonly string[],
): Buffer<ArrayBuffer> {
  const [from, to] = piece(rng, bytes.length);
  const before = bytes.subarray(0, from);
  const after = bytes.subarray(to);
  const between = (middle: Uint8Array): Buffer<ArrayBuffer> => Buffer.concat([before, middle, after]);
  switch (rng.below(9)) {
    case 0:
      return between(new Uint8Array());
    case 1:
      return between(Buffer.from(rng.pick(tokens)));
    case 2:
      return between(Buffer.from(rng.pick(anyTokens)));
    case 3: {
      const other = rng.pick(seeds);
      const [start, end] = piece(rng, other.length);
      return between(other.subarray(start, end));
    }
    case 4:
      return between(Buffer.concat([bytes.subarray(from, to), bytes.subarray(from, to)]));
    case 5:
      return between(Buffer.from(repeated(rng, rng.pick([...tokens, "[", '{"a":', "(", "\\", '"', ","]))));
    case 6:
      return between(Uint8Array.from({ length: rng.between(1, 8) }, () => rng.below(256)));
    case 7:
      return Buffer.concat([before]);
    default: {
      const copy = Buffer.concat([bytes]);
      if (copy.length > 0) copy[rng.below(copy.length)] ^= 1 << rng.below(8);
      return copy;
    }
  }
}

/** Rarely very many: what recurs, or is quadratic, shows itself there. */
function repeated(rng: Rng, text: string): string {
  const times = rng.weighted([
    [20, rng.between(2, 50)],
    [2, rng.between(500, 5_000)],
    [1, 100_000],
  ] as const);
  return text.repeat(Math.min(times, Math.ceil(CASE_BYTES_MAX / Math.max(1, text.length))));
}

/** A short stretch of `length` bytes, sometimes empty. */
function piece(rng: Rng, length: number): [number, number] {
  const from = rng.below(length + 1);
  return [from, Math.min(length, from + rng.below(rng.chance(0.8) ? 12 : length + 1))];
}

/** Seeds that are texts. */
export function texts(...seeds: readonly string[]): Uint8Array[] {
  return seeds.map((seed) => Buffer.from(seed));
}
