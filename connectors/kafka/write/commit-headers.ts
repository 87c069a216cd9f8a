import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import type { ByteSink } from "../../../lib/io/formatter.ts";
import { writeHeader } from "../produce/message-headers.ts";
import type { Chunk } from "../produce/outbox.ts";

const RUN = Buffer.from("tp-run");
const COMMIT = Buffer.from("tp-commit");
const DIFF = Buffer.from("diff");
const TIME = Buffer.from("time");
const PART = Buffer.from("part");
const PARTS = Buffer.from("parts");
const ONE = Buffer.from("1");
const MINUS_ONE = Buffer.from("-1");

/** The headers of one commit's messages, which many of them share: written once for each chunk of an outbox. */
export class CommitHeaders {
  readonly #run: Buffer;
  #time: Buffer = MINUS_ONE;
  /** Those of this commit by diff + 1, where they have been asked for. */
  readonly #bytes: Uint8Array[] = [];
  #chunk: Chunk | null = null;
  /** Start and end in the chunk, by diff (-1, 0 for none, 1); -1 while not written. */
  readonly #places = new Int32Array(6);
  /** Where those that were placed last begin. */
  start = 0;
  /** Where they end. */
  end = 0;

  /** `run` names the output's history. */
  constructor(run: string) {
    this.#run = Buffer.from(run);
  }

  /** What follows is of the commit of this time. */
  begin(time: number): void {
    this.#time = Buffer.from(String(time));
    this.#bytes.length = 0;
    this.#chunk = null;
  }

  /** Sees to it that the chunk has them (see `append`); `start` and `end` say where. */
  place(chunk: Chunk, diff: number): void {
    if (chunk !== this.#chunk) {
      this.#chunk = chunk;
      this.#places.fill(-1);
    }
    const at = 2 * (diff + 1);
    if (this.#places[at] < 0) {
      this.#places[at] = chunk.out.used;
      this.append(chunk.out, diff);
      this.#places[at + 1] = chunk.out.used;
    }
    this.start = this.#places[at];
    this.end = this.#places[at + 1];
  }

  /** Appends `tp-run` and `tp-commit`, and where `diff` is not 0 `diff` and `time`. */
  append(out: ByteSink, diff: number): void {
    const known = this.#bytes[diff + 1] ?? this.#make(diff);
    out.reserve(known.length);
    out.bytes.set(known, out.used);
    out.used += known.length;
  }

  #make(diff: number): Uint8Array {
    const out = new ByteWriter(256);
    writeHeader(RUN, this.#run, out);
    writeHeader(COMMIT, this.#time, out);
    if (diff !== 0) {
      writeHeader(DIFF, diff > 0 ? ONE : MINUS_ONE, out);
      writeHeader(TIME, this.#time, out);
    }
    this.#bytes[diff + 1] = out.view();
    return out.view();
  }

  /** Appends those of part `part` of `parts`; one of one is a whole message and says nothing. */
  appendPart(out: ByteSink, part: number, parts: number): void {
    this.append(out, 0);
    if (parts === 1) return;
    writeHeader(PART, Buffer.from(String(part)), out);
    writeHeader(PARTS, Buffer.from(String(parts)), out);
  }
}
