/** What a generated column can hold: one entry of `distributions` each. */
import { usage } from "../arguments.ts";
import { normalDeviates, type Random, weightedPositions } from "./random.ts";

/** A cell of a generated row. */
export type Cell = string | number | boolean | null;

/** Makes the cells of a column: `row` counts from 0, `now` is the clock in milliseconds. */
export type CellMaker = (row: number, now: number) => Cell;

interface Distribution {
  /** How it is written, and what it gives. */
  readonly usage: string;
  readonly summary: string;
  /** `parts` is what stands behind the name, cut at colons. Throws TP_USAGE. */
  make(parts: Parts, random: Random): CellMaker;
}

/** More would take seconds, and memory, before the first row. */
const WORDS_MAX = 1_000_000;

export const distributions = {
  sequence: {
    usage: "sequence[:FROM]",
    summary: "FROM (default 0), and one more for each row",
    make(parts) {
      const from = parts.whole(0, { otherwise: 0 });
      parts.end(1);
      return (row) => from + row;
    },
  },
  words: {
    usage: "words[:COUNT[:zipf|uniform[:EXPONENT]]]",
    summary: "one of COUNT words (5000); zipf (default): the n-th as often as n^-EXPONENT (1)",
    make(parts, random) {
      const count = parts.whole(0, { otherwise: 5_000, min: 1, max: WORDS_MAX });
      const shape = parts.word(1, ["zipf", "uniform"]);
      const exponent = parts.number(2, { otherwise: 1, min: 0 });
      parts.end(shape === "zipf" ? 3 : 2);
      const weights = Float64Array.from({ length: count }, (_, i) =>
        shape === "zipf" ? (i + 1) ** -exponent : 1,
      );
      const words = Array.from({ length: count }, (_, i) => wordAt(i));
      const position = weightedPositions(weights, random);
      return () => words[position()];
    },
  },
  normal: {
    usage: "normal:MEAN:DEVIATION[:DECIMALS]",
    summary: "numbers around MEAN, rounded to DECIMALS (2)",
    make(parts, random) {
      const [mean, deviation] = [parts.number(0), parts.number(1, { min: 0 })];
      const round = parts.rounding(2);
      parts.end(3);
      const deviate = normalDeviates(random);
      return () => round(mean + deviation * deviate());
    },
  },
  uniform: {
    usage: "uniform:MIN:MAX[:DECIMALS]",
    summary: "numbers from MIN to MAX, rounded to DECIMALS (2)",
    make(parts, random) {
      const min = parts.number(0);
      const max = parts.number(1, { min });
      const round = parts.rounding(2);
      parts.end(3);
      return () => round(min + (max - min) * random());
    },
  },
  integer: {
    usage: "integer:MIN:MAX",
    summary: "whole numbers from MIN to MAX, both included",
    make(parts, random) {
      const min = parts.whole(0);
      const max = parts.whole(1, { min });
      parts.end(2);
      return () => min + Math.floor(random() * (max - min + 1));
    },
  },
  exponential: {
    usage: "exponential:MEAN[:DECIMALS]",
    summary: "many small numbers, few large ones, rounded to DECIMALS (2)",
    make(parts, random) {
      const mean = parts.number(0, { min: 0 });
      const round = parts.rounding(1);
      parts.end(2);
      return () => round(-mean * Math.log(1 - random()));
    },
  },
  choice: {
    usage: "choice:A,B,C",
    summary: "one of these; A*3 is three times as likely as B",
    make(parts, random) {
      const options = parts
        .rest()
        .split(",")
        .map((text) => /^(?<cell>.*?)(?:\*(?<weight>\d+(?:\.\d+)?))?$/su.exec(text)?.groups ?? {});
      const cells = options.map(({ cell }) => cellOf(cell));
      const weights = Float64Array.from(options, ({ weight = "1" }) => Number(weight));
      if (!weights.some((weight) => weight > 0)) throw parts.bad("all of its weights are 0");
      const position = weightedPositions(weights, random);
      return () => cells[position()];
    },
  },
  constant: {
    usage: "constant:VALUE",
    summary: "the same in each row",
    make(parts) {
      const cell = cellOf(parts.rest());
      return () => cell;
    },
  },
  now: {
    usage: "now[:ms|iso]",
    summary: "when the row was made: milliseconds (default), or as ISO 8601",
    make(parts) {
      const form = parts.word(0, ["ms", "iso"]);
      parts.end(1);
      return form === "ms" ? (_, now) => now : (_, now) => new Date(now).toISOString();
    },
  },
  uuid: {
    usage: "uuid",
    summary: "a random UUID",
    make(parts, random) {
      parts.end(0);
      return () => randomUuid(random);
    },
  },
  boolean: {
    usage: "boolean[:SHARE]",
    summary: "true in this share of the rows (0.5)",
    make(parts, random) {
      const share = parts.number(0, { otherwise: 0.5, min: 0, max: 1 });
      parts.end(1);
      return () => random() < share;
    },
  },
} as const satisfies Record<string, Distribution>;

interface Range {
  /** Where it is not given; it must be given without. */
  readonly otherwise?: number;
  readonly min?: number;
  readonly max?: number;
}

/** What stands behind a distribution's name, read part by part. */
export class Parts {
  readonly #column: string;
  readonly #usage: string;
  readonly #parts: readonly string[];

  constructor(column: string, usage: string, parts: readonly string[]) {
    this.#column = column;
    this.#usage = usage;
    this.#parts = parts;
  }

  bad(detail: string): Error {
    return usage(`--column ${this.#column}: ${detail}`, `It is written ${this.#usage}.`);
  }

  number(at: number, { otherwise, min = -Number.MAX_VALUE, max = Number.MAX_VALUE }: Range = {}): number {
    const text = this.#parts[at];
    if (text === undefined && otherwise !== undefined) return otherwise;
    const value = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text ?? "") ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    if (text === undefined) throw this.bad(`number ${at + 1} is missing`);
    const low = min === -Number.MAX_VALUE ? "" : ` from ${min}`;
    throw this.bad(
      `${JSON.stringify(text)} is not a number${low}${max === Number.MAX_VALUE ? "" : ` to ${max}`}`,
    );
  }

  whole(at: number, { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER, ...rest }: Range = {}) {
    const value = this.number(at, { min, max, ...rest });
    if (Number.isInteger(value)) return value;
    throw this.bad(`${value} is not a whole number`);
  }

  /** One of these words, the first where none is given. */
  word<W extends string>(at: number, words: readonly W[]): W {
    const text = this.#parts[at];
    const found = text === undefined ? words[0] : words.find((word) => word === text);
    if (found !== undefined) return found;
    throw this.bad(`${JSON.stringify(text)} is not one of ${words.join(", ")}`);
  }

  /** Rounds to the decimals given at a place, 2 where none are. */
  rounding(at: number): (value: number) => number {
    const factor = 10 ** this.whole(at, { otherwise: 2, min: 0, max: 9 });
    return (value) => Math.round(value * factor) / factor;
  }

  /** All of it as one text, which must be there. */
  rest(): string {
    if (this.#parts.length === 0) throw this.bad("its value is missing");
    return this.#parts.join(":");
  }

  /** Nothing may stand from here on. */
  end(at: number): void {
    if (this.#parts.length > at) throw this.bad(`${JSON.stringify(this.#parts[at])} is one part too many`);
  }
}

/** A number, true, false or null where the text is one, else the text. */
function cellOf(text: string): Cell {
  if (!/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?)$/.test(text)) return text;
  return JSON.parse(text) as Cell;
}

const consonants = "bcdfghjklmnprstvwxyz";
const vowels = "aeiou";

/** The i-th word, different for each i: syllables as the digits of i, two at least. */
function wordAt(i: number): string {
  let word = "";
  for (let left = i, count = 0; left > 0 || count < 2; left = Math.floor(left / 100), count++) {
    const syllable = left % 100;
    word += consonants[Math.floor(syllable / 5)] + vowels[syllable % 5];
  }
  return word;
}

/** Version 4 (RFC 9562). */
function randomUuid(random: Random): string {
  const words = Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 32));
  words[1] = ((words[1] & 0xffff0fff) | 0x4000) >>> 0;
  words[2] = ((words[2] & 0x3fffffff) | 0x80000000) >>> 0;
  const hex = words.map((word) => word.toString(16).padStart(8, "0")).join("");
  return [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join("-");
}
