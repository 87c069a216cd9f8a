import { decodeText } from "./cell.ts";

const PLACES_LOG2 = 14;
const PLACES = 1 << PLACES_LOG2;
/** 2^32 divided by the golden ratio: multiples of it spread evenly (Knuth, TAOCP 3, section 6.4). */
const GOLDEN = 0x9e3779b1;

/**
 * The strings of slices that were read lately out of one buffer that is never written again, each at a place by where it
 * starts. What a store hands out again and again, such as the names of groups, is then found without looking at it.
 */
export class TextMemo {
  #bytes: Uint8Array | null = null;
  /** By place; what was never filled is the empty slice at 0, whose text is empty. */
  #starts = new Uint32Array(0);
  #ends = new Uint32Array(0);
  #texts: string[] = [];

  /** From now on `read` means slices of `bytes`. */
  open(bytes: Uint8Array): void {
    if (bytes === this.#bytes) return;
    this.#bytes = bytes;
    this.#starts = new Uint32Array(PLACES);
    this.#ends = new Uint32Array(PLACES);
    this.#texts = new Array(PLACES).fill("");
  }

  read(start: number, end: number): string {
    const place = Math.imul(start, GOLDEN) >>> (32 - PLACES_LOG2);
    if (this.#starts[place] === start && this.#ends[place] === end) return this.#texts[place];
    const text = decodeText(this.#bytes as Uint8Array, start, end);
    this.#starts[place] = start;
    this.#ends[place] = end;
    this.#texts[place] = text;
    return text;
  }
}
