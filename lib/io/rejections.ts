import { type ErrorCode, TowpathError } from "../errors.ts";
import type { PackedMessages } from "./parser.ts";

export interface RejectionOptions {
  readonly onError: "fail" | "skip";
  /** "topic orders, partition 0, offset 17". */
  position(partition: number, offset: number): string;
  log(line: string): void;
}

/** Rejected messages beyond this many are counted, but no longer logged one by one. */
const REJECTIONS_LOGGED = 10;

/** What becomes of messages that cannot be read: the first one ends the run, or they are counted and left out. */
export class Rejections {
  readonly #options: RejectionOptions;
  count = 0;

  constructor(options: RejectionOptions) {
    this.#options = options;
  }

  /** Message i is bad; none of its rows is in the table. `remedy` says what to do: a sentence's beginning. */
  add(
    { partitions, offsets }: PackedMessages,
    i: number,
    code: ErrorCode,
    detail: string,
    remedy = "Mend the producer",
  ): void {
    const { onError, position, log } = this.#options;
    const where = (): string => position(partitions[i], offsets[i]);
    if (onError === "fail") {
      const hint = `${remedy}, or set onError: "skip" to leave such messages out.`;
      throw new TowpathError(code, detail, { where: where(), hint });
    }
    this.count++;
    if (this.count <= REJECTIONS_LOGGED) log(`skipped a message: ${code}: ${detail} (${where()})`);
    if (this.count === REJECTIONS_LOGGED) log("further skipped messages are counted, not logged");
  }
}
