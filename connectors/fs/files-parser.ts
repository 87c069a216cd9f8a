import type { RowBuilder } from "../../lib/data/row-builder.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { PackedMessages, Parser, Reject } from "../../lib/io/parser.ts";
import { partitionRun } from "../../lib/kernels/find-marker.ts";

/** A parser for each file, because in csv each has a header of its own: its first line. */
export class FilesParser implements Parser {
  readonly trimsMarker: boolean;
  /** Whether files begin with a header. */
  readonly wantsHeader: boolean;
  readonly #create: () => Parser;
  readonly #place: (slot: number) => string;
  readonly #parsers: Parser[] = [];

  constructor(create: () => Parser, place: (slot: number) => string) {
    this.#create = create;
    this.#place = place;
    const { trimsMarker, ready } = create();
    this.trimsMarker = trimsMarker;
    this.wantsHeader = ready === false;
  }

  /** Takes the header of a file that is read on somewhere behind it: its first line. */
  learn(messages: PackedMessages): void {
    if (messages.length > 0) this.#parserFor(messages, 0);
  }

  /** Throws TP_CSV_NO_HEADER where a file's first line is none. */
  parseInto(messages: PackedMessages, from: number, to: number, rows: RowBuilder, reject: Reject): void {
    for (let at = from; at < to; ) {
      const end = partitionRun(messages.partitions, at, to);
      this.#parserFor(messages, at).parseInto(messages, at, end, rows, reject);
      at = end;
    }
  }

  #parserFor(messages: PackedMessages, message: number): Parser {
    const slot = messages.partitions[message];
    this.#parsers[slot] ??= this.#create();
    const parser = this.#parsers[slot];
    if (parser.ready !== false || parser.offerHeader?.(messages, message) !== false) return parser;
    throw new TowpathError("TP_CSV_NO_HEADER", "the first line is not a header with every needed column", {
      where: `${this.#place(slot)}:1`,
      hint: "Begin each file with its header, or set csv: { header: false } where cells stand in the columns' order.",
    });
  }
}
