import { isUtf8 } from "node:buffer";
import { describe, expect, test } from "vitest";
import { JSON_DEPTH_MAX } from "../../../lib/data/value.ts";
import { DATETIME_MAX_MS, parseIsoDatetime, writeIsoDatetime } from "../../../lib/kernels/iso-datetime.ts";
import { skipJsonSpace, skipJsonValue } from "../../../lib/kernels/json-skip.ts";
import { writeJsonBase64, writeJsonText, writeJsonUuid } from "../../../lib/kernels/json-write.ts";
import { scanInteger, scanNumber, scanned } from "../../../lib/kernels/number-scan.ts";
import { writeInteger, writeNumber } from "../../../lib/kernels/number-write.ts";
import { invalidUtf8At } from "../../../lib/kernels/utf8.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const seed = seedFrom("TOWPATH_TEST_SEED");
const seeded = (name: string): string => `${name} (TOWPATH_TEST_SEED=${seed})`;

const out = new Uint8Array(4096);
const text = (end: number): string => Buffer.from(out.subarray(0, end)).toString("utf8");

/** Doubles of all sizes: any bits, integers, decimals, powers and their neighbours. */
function randomDouble(rng: Rng): number {
  const words = Uint32Array.of(rng.below(2 ** 32), rng.below(2 ** 32));
  const sign = rng.chance(0.5) ? -1 : 1;
  switch (rng.below(6)) {
    case 0: {
      const value = new Float64Array(words.buffer)[0];
      return Number.isFinite(value) ? value : 0;
    }
    case 1:
      return sign * rng.below(10 ** rng.between(1, 16));
    case 2:
      return (sign * rng.below(10 ** rng.between(1, 15))) / 10 ** rng.between(0, 8);
    case 3:
      return sign * 2 ** rng.between(-60, 60) * (1 + rng.between(-2, 2) * Number.EPSILON);
    case 4:
      return sign * rng.next();
    default:
      return sign * 10 ** rng.between(-30, 30);
  }
}

describe("numbers", () => {
  test(seeded("are written in JS's own form"), () => {
    const rng = new Rng(seed);
    for (let i = 0; i < 200_000; i++) {
      const value = randomDouble(rng);
      const written = text(writeNumber(out, 0, value));
      if (written !== String(value)) expect(written).toBe(String(value));
    }
  });

  test.each([
    0,
    -0,
    1e-6,
    1e-7,
    0.1 + 0.2,
    5e-324,
    1e21,
    1e20,
    2 ** 53,
    -(2 ** 53) + 1,
    123456.789,
    999999999.999999,
  ])("%d is written in JS's own form", (value) => {
    expect(text(writeNumber(out, 0, value))).toBe(String(value));
    if (Number.isSafeInteger(value)) expect(text(writeInteger(out, 0, value))).toBe(String(value));
  });

  test(seeded("are read with correct rounding"), () => {
    const rng = new Rng(seed);
    for (let i = 0; i < 200_000; i++) {
      const value = randomDouble(rng);
      const written = rng.pick([
        String(value),
        value.toExponential(rng.below(20)),
        value.toPrecision(rng.between(1, 25)),
        String(BigInt(Math.trunc(rng.next() * 2 ** 60))),
        `${rng.below(1e9)}.${rng.below(1e9)}e${rng.between(-40, 40)}`,
      ]);
      const bytes = Buffer.from(`${written},`);
      const end = scanNumber(bytes, 0, bytes.length);
      const expected = Number(written) + 0;
      if (Number.isFinite(expected) && (end !== written.length || !Object.is(scanned[0], expected))) {
        expect([written, end, scanned[0]]).toStrictEqual([written, written.length, expected]);
      }
    }
  });

  test.each(["", "-", "+1", "01", "-01", ".5", "1.", "1e", "1e+", "1.e5", "e5", "1e999", "NaN"])(
    "%j is no JSON number that a double can hold",
    (given) => {
      const bytes = Buffer.from(given);
      expect(scanNumber(bytes, 0, bytes.length)).toBe(-1);
    },
  );

  test.each(["", "-", "1.0", "+1", "1e3", "1234567890123456", "1 "])("%j is left by scanInteger", (given) => {
    const bytes = Buffer.from(given);
    expect(scanInteger(bytes, 0, bytes.length)).toBe(false);
  });
});

describe("datetimes", () => {
  test(seeded("are written as Date.toISOString does, and read back"), () => {
    const rng = new Rng(seed);
    const edges = [
      0,
      -1,
      DATETIME_MAX_MS,
      -DATETIME_MAX_MS,
      Date.UTC(2000, 1, 29),
      Date.UTC(9999, 11, 31),
      -62198755200000,
    ];
    for (let i = 0; i < 100_000; i++) {
      const near = rng.chance(0.5) ? 8.64e15 : 1e14;
      const ms = i < edges.length ? edges[i] : Math.floor((rng.next() * 2 - 1) * near);
      const end = writeIsoDatetime(out, 0, ms);
      const expected = new Date(ms).toISOString();
      if (text(end) !== expected || parseIsoDatetime(out, 0, end) !== ms) {
        expect([text(end), parseIsoDatetime(out, 0, end)]).toStrictEqual([expected, ms]);
      }
    }
  });

  test("parts of a millisecond round towards the past", () => {
    expect(text(writeIsoDatetime(out, 0, -0.5))).toBe("1969-12-31T23:59:59.999Z");
    expect(text(writeIsoDatetime(out, 0, 1.9))).toBe("1970-01-01T00:00:00.001Z");
  });

  test.each([
    "",
    "2024",
    "2024-1-01",
    "2024-13-01",
    "2024-00-01",
    "2024-04-31",
    "2100-02-29",
    "2024-01-01T",
    "2024-01-01T1:00",
    "2024-01-01T10",
    "2024-01-01T10:60",
    "2024-01-01T10:00:60",
    "2024-01-01T10:00:00.",
    "2024-01-01T10:00Zx",
    "2024-01-01T10:00+1",
    "2024-01-01T10:00+24:00",
    "2024-01-01T10:00+01:60",
    "2024-01-01x10:00",
    "-000000-01-01",
    "+275760-09-14",
  ])("%j is none", (given) => {
    const bytes = Buffer.from(given);
    expect(parseIsoDatetime(bytes, 0, bytes.length)).toBeNaN();
  });
});

/** Texts that are nearly UTF-8. */
function randomBytes(rng: Rng): Buffer {
  const pieces = ["a", "é", "€", "𝄞", "\u0000", "\u07ff", "\u0800", "\uffff", "\u{10ffff}"];
  const bytes = Buffer.from(Array.from({ length: rng.below(6) }, () => rng.pick(pieces)).join(""));
  const odd = [
    0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff, 0x9f, 0xa0, 0x90, 0x8f,
  ];
  for (let i = rng.below(3); i > 0 && bytes.length > 0; i--) bytes[rng.below(bytes.length)] = rng.pick(odd);
  return rng.chance(0.2) ? bytes.subarray(0, rng.below(bytes.length + 1)) : bytes;
}

test(seeded("UTF-8 is judged as Node does"), () => {
  const rng = new Rng(seed);
  for (let i = 0; i < 200_000; i++) {
    const bytes = randomBytes(rng);
    const at = invalidUtf8At(bytes, 0, bytes.length);
    if (at < 0 !== isUtf8(bytes))
      expect([bytes.toString("hex"), at]).toStrictEqual([bytes.toString("hex"), "valid?"]);
    if (at > 0) expect(isUtf8(bytes.subarray(0, at))).toBe(true);
  }
});

test(seeded("JSON is judged as JSON.parse does"), () => {
  const rng = new Rng(seed);
  const tokens =
    '{ } [ ] : , "a" "\\u00e9" "\\x" "\\ud800" " true false null 1 -0 01 1.5e-3 1. - \t \n nul tru é \\ "\u0001"'.split(
      " ",
    );
  let accepted = 0;
  for (let i = 0; i < 200_000; i++) {
    const given = rng.chance(0.5) ? validJson(rng, 3) : "";
    const noise = Array.from({ length: rng.below(given === "" ? 8 : 2) }, () => rng.pick(tokens));
    const at = rng.below(given.length + 1);
    const json =
      given.slice(0, at) + noise.join(rng.pick(["", " "])) + given.slice(rng.chance(0.2) ? at + 1 : at);
    const bytes = Buffer.from(json);
    const end = skipJsonValue(bytes, 0, bytes.length, JSON_DEPTH_MAX);
    const ours = end >= 0 && skipJsonSpace(bytes, end, bytes.length) === bytes.length;
    if (ours !== isJson(json)) expect([json, end]).toStrictEqual([json, isJson(json)]);
    if (ours) accepted++;
  }
  expect(accepted).toBeGreaterThan(10_000);
});

function isJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

function validJson(rng: Rng, depth: number): string {
  const space = rng.pick(["", "", " ", "\n\t"]);
  if (depth === 0 || rng.chance(0.3))
    return space + rng.pick(["1", '"a\\n"', "null", "true", "false", "-1.5E+3", '"€"', "0"]);
  const items = Array.from({ length: rng.below(4) }, () => validJson(rng, depth - 1));
  if (rng.chance(0.5)) return `${space}[${items.join(",")}${space}]`;
  return `${space}{${items.map((item) => `"k"${space}:${item}`).join(",")}${space}}`;
}

test("JSON nested deeper than the limit fails where it gets too deep", () => {
  const bytes = Buffer.from("[".repeat(20_000));
  expect(skipJsonValue(bytes, 0, bytes.length, JSON_DEPTH_MAX)).toBe(-1 - JSON_DEPTH_MAX);
});

test(seeded("texts, bytes and pointers are written as JSON.stringify and Buffer do"), () => {
  const rng = new Rng(seed);
  for (let i = 0; i < 20_000; i++) {
    const given = Array.from({ length: rng.below(12) }, () =>
      String.fromCodePoint(rng.pick([rng.below(128), 0x2028, 0xe9, 0x1d11e])),
    ).join("");
    const bytes = Buffer.from(given);
    expect(text(writeJsonText(out, 0, bytes, 0, bytes.length))).toBe(JSON.stringify(given));
    expect(text(writeJsonBase64(out, 0, bytes, 0, bytes.length))).toBe(
      JSON.stringify(bytes.toString("base64")),
    );
  }
  const uuid = "6fa459ea-ee8a-4ca4-894e-db77e160355e";
  const bytes = Buffer.from(uuid.replaceAll("-", ""), "hex");
  expect(text(writeJsonUuid(out, 0, bytes, 0))).toBe(JSON.stringify(uuid));
});
