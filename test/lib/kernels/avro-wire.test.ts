import { describe, expect, it } from "vitest";
import { avroEnd, readAvroLong, skipAvroLong } from "../../../lib/kernels/avro-wire.ts";
import { writeAvroBigInt, writeAvroLong } from "../../../lib/kernels/avro-write.ts";
import { oracleEncode } from "../../oracle/avro.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const seed = seedFrom("TOWPATH_TEST_SEED");

function written(value: bigint, write: (out: Uint8Array) => number): Buffer {
  const out = new Uint8Array(16);
  const end = write(out);
  expect(end, String(value)).toBeLessThanOrEqual(10);
  return Buffer.from(out.subarray(0, end));
}

const edges = [6, 7, 13, 14, 20, 21, 27, 28, 29, 30, 31, 32, 34, 35, 48, 51, 52, 53, 62, 63].flatMap((bits) =>
  [-1n, 0n, 1n].flatMap((step) => [2n ** BigInt(bits) + step, -(2n ** BigInt(bits)) + step]),
);
const longs = [0n, 1n, -1n, ...edges].filter((value) => BigInt.asIntN(64, value) === value);

describe(`longs (TOWPATH_TEST_SEED=${seed})`, () => {
  it("are written, read and skipped as the oracle writes them", () => {
    const rng = new Rng(seed);
    const random = Array.from({ length: 2_000 }, () =>
      BigInt.asIntN(64, (BigInt(rng.below(2 ** 31)) << BigInt(rng.below(40))) * BigInt(rng.pick([1, -1]))),
    );
    for (const value of [...longs, ...random]) {
      const bytes = oracleEncode("long", value);
      expect(written(value, (out) => writeAvroBigInt(out, 0, value))).toEqual(bytes);
      expect(skipAvroLong(bytes, 0, bytes.length)).toBe(bytes.length);
      const read = readAvroLong(bytes, 0, bytes.length);
      const number = Number(value);
      if (Number.isSafeInteger(number) && avroEnd >= 0)
        expect([read, avroEnd]).toEqual([number, bytes.length]);
      // The very last safe integers may be left to the careful path.
      else expect([avroEnd, Math.abs(number) >= Number.MAX_SAFE_INTEGER - 1]).toEqual([-1, true]);
      if (Number.isSafeInteger(number))
        expect(written(value, (out) => writeAvroLong(out, 0, number))).toEqual(bytes);
    }
  });

  it("that end too early or never are none", () => {
    for (const bytes of [
      [],
      [0x80],
      Array(9).fill(0xff),
      Array(10).fill(0xff),
      [...Array(9).fill(0xff), 2],
    ]) {
      readAvroLong(Uint8Array.from(bytes), 0, bytes.length);
      expect([avroEnd, skipAvroLong(Uint8Array.from(bytes), 0, bytes.length)]).toEqual([-1, -1]);
    }
  });
});
