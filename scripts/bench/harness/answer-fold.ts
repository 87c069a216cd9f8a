import type { Workload } from "./workload.ts";

/** How many rows the answers of the topic had counted, when the broker had the message that said so. */
export interface Progress {
  /** Milliseconds since 1970, by the broker's clock. */
  readonly at: number;
  readonly rows: number;
}

/** One JSON object of an output; `diff` and `time` are missing where a system writes newest answers only. */
interface OutputRow {
  readonly [column: string]: string | number;
}

/**
 * The answers that an output topic adds up to.
 *
 * Takes arrays of changes (Towpath), single changes (Pathway), and newest answers without a diff (Kafka Streams, Flink).
 */
export class AnswerFold {
  readonly #workload: Workload;
  readonly #latest = new Map<string, OutputRow>();
  readonly #multiplicity = new Map<string, number>();
  readonly progress: Progress[] = [];
  #rows = 0;
  #time: number | string | undefined;
  #at = 0;
  changes = 0;

  constructor(workload: Workload) {
    this.#workload = workload;
  }

  take(text: string, at: number): void {
    const value: OutputRow | OutputRow[] = JSON.parse(text);
    if (Array.isArray(value)) for (const row of value) this.#takeRow(row, at);
    else this.#takeRow(value, at);
  }

  #takeRow(row: OutputRow, at: number): void {
    const { group, count } = this.#workload;
    const { diff, time } = row;
    // The changes of a time belong together: what was counted is known when they are all there.
    if (time !== this.#time || time === undefined) this.#note();
    this.#time = time;
    this.#at = at;
    this.changes++;
    const key = String(row[group]);
    const step = diff === undefined ? 1 : Number(diff);
    const before = diff === undefined ? Number(this.#latest.get(key)?.[count] ?? 0) : 0;
    this.#rows += Number(row[count]) * step - before;
    if (diff !== undefined) this.#multiplicity.set(key, (this.#multiplicity.get(key) ?? 0) + step);
    if (step > 0) this.#latest.set(key, row);
  }

  #note(): void {
    if (this.changes > 0) this.progress.push({ at: this.#at, rows: this.#rows });
  }

  /** The last progress is noted and every answer compared; throws with the first that is wrong. */
  finish(): void {
    this.#note();
    const { expected } = this.#workload;
    for (const [key, answer] of expected) {
      const found = this.#latest.get(key);
      const copies = this.#multiplicity.get(key) ?? 1;
      for (const [column, value] of Object.entries(answer)) {
        if (found !== undefined && copies === 1 && isNear(Number(found[column]), value)) continue;
        const got = found === undefined ? "nothing" : `${copies} × ${JSON.stringify(found)}`;
        throw new Error(`wrong answer: ${key} should have ${column} = ${value}, but there is ${got}`);
      }
    }
    const odd = [...this.#latest.keys()].find((key) => !expected.has(key));
    if (odd !== undefined) throw new Error(`wrong answer: there is no ${odd}`);
  }
}

/** Sums of floats differ by their order in systems that do not add exactly. */
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
}
