import { describe, expect, test } from "vitest";
import { linesOf } from "../../../connectors/formats/csv-careful.ts";
import { countLineFeeds, type LineTarget, splitLines, takeLine } from "../../../lib/kernels/split-lines.ts";

const QUOTE = 34;
const COMMA = 44;

/** All lines of a text that comes in pieces, of which each holds at most `room` lines. */
function split(text: string, pieceBytes: number, room: number, quote: number): string[] {
  const whole = Buffer.from(text);
  const lines: string[] = [];
  let from = 0;
  for (let size = pieceBytes; from < whole.length; ) {
    const bytes = new Uint8Array(whole.subarray(from, from + size));
    const target: LineTarget = {
      bytes,
      ends: new Uint32Array(room),
      offsets: new Float64Array(room),
      count: 0,
      used: 0,
      at: 0,
    };
    splitLines(target, bytes.length, from, true, quote, COMMA);
    const isEnd = from + bytes.length === whole.length;
    if (isEnd && target.at < bytes.length && target.count < room) takeLine(target, bytes.length, from, true);
    if (target.count === 0) size *= 2;
    for (let i = 0; i < target.count; i++) {
      const start = i === 0 ? 0 : target.ends[i - 1];
      const line = Buffer.from(bytes.subarray(start, target.ends[i])).toString("latin1");
      lines.push(line);
      const at = target.offsets[i];
      expect(whole.subarray(at, at + line.length).toString("latin1")).toBe(line);
    }
    from += target.at;
  }
  return lines;
}

describe("splitLines", () => {
  test("takes the lines that the careful csv path takes, wherever the text is cut", () => {
    const seed = Number(process.env.TOWPATH_TEST_SEED ?? Date.now() % 1e9);
    let state = seed;
    const next = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 8) % below;
    };
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: 1 + next(24) }, () => 'ab,""\n\r\n"'[next(9)]).join("");
      const expected = linesOf(text, { delimiter: ",", quote: '"' });
      const given = split(text, 1 + next(30), 1 + next(4), QUOTE);
      expect(given, `seed ${seed}, ${JSON.stringify(text)}`).toEqual(expected);
    }
  });

  test("without a quote every break ends a line", () => {
    expect(split('a"\r\n"b\n\n\rc', 4, 2, -1)).toEqual(['a"', '"b', "", "\rc"]);
  });

  test("counts breaks up to a byte", () => {
    expect(countLineFeeds(Buffer.from("a\n\nb\n"), 4)).toBe(2);
  });
});
