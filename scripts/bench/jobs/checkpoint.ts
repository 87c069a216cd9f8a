/**
 * Counting words with and without persistence, by `pw.run` and without a broker: GROUPS COMMITS STATE_PATH EVERY_MS
 * (STATE_PATH "-": none). A source gives commits of 50,000 random words of GROUPS as fast as they are taken; before
 * that, in a first run, each word once. Prints {"rowsPerSecond", "cpuSeconds"} of the random commits, and
 * {"firstOutputMs"}: from `pw.run()` to its first output, so in a second run what a restart takes.
 */
import { formats } from "../../../connectors/formats/index.ts";
import { Batch } from "../../../lib/data/batch.ts";
import { Keys } from "../../../lib/data/keys.ts";
import { RowBuilder } from "../../../lib/data/row-builder.ts";
import { type Columns, typeOf } from "../../../lib/data/schema.ts";
import * as pw from "../../../lib/index.ts";
import type { Sink } from "../../../lib/io/sink.ts";
import { COMMIT, ENDED, type Source, type SourceHistory } from "../../../lib/io/source.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { tableFromSource } from "../../../lib/table/source.ts";
import { packTexts } from "../harness/pack-texts.ts";
import { randomFrom } from "../harness/random.ts";

const COMMIT_ROWS = 50_000;
/** Batches that the source gives again and again: making them would be all that is measured. */
const BATCHES = 20;

const [groups, commits] = process.argv.slice(2, 4).map(Number) as [number, number];
const [path = "-", everyMs = "1000"] = process.argv.slice(4);
const columns: Columns = [{ name: "word", type: typeOf("str", "word") }];
let runAt = 0;
let firstOutputMs: number | null = null;
let measuredFrom = 0;
let cpuFrom = process.cpuUsage();

const parser = formats.json.parser.create(columns);
const random = randomFrom(0x2545f491);
const filling = Math.ceil(groups / COMMIT_ROWS);
const batches = Array.from({ length: BATCHES }, () =>
  batchOf(Array.from({ length: COMMIT_ROWS }, () => Math.floor(random() * groups))),
);

function batchOf(words: readonly number[]): RowBuilder {
  const rows = new RowBuilder(columns, [true]);
  const texts = words.map((word) => `{"word":"word-${word}"}`);
  parser.parseInto(packTexts(texts), 0, texts.length, rows, (i, code) => {
    throw new Error(`message ${i}: ${code}`);
  });
  return rows;
}

/** Gives the same commits in every run; a run with persistence goes on behind those of the one before. */
class WordSource implements Source {
  readonly name = "words";
  #at = 0;
  #end = 0;
  readonly history: SourceHistory = {
    range: () => this.#at,
    save: (writer) => writer.value("at", this.#at),
    resume: (state) => {
      this.#at = (state?.value("at") as number | undefined) ?? 0;
    },
  };

  async open(): Promise<void> {
    this.#end = Math.max(this.#at, filling) + commits;
    measuredFrom = performance.now();
  }

  poll() {
    return this.#at === this.#end ? ENDED : COMMIT;
  }

  seal(time: number): Batch {
    const at = this.#at++;
    if (at === filling) {
      measuredFrom = performance.now();
      cpuFrom = process.cpuUsage();
    }
    const first = at * COMMIT_ROWS;
    const rows =
      at < filling
        ? batchOf(Array.from({ length: Math.min(COMMIT_ROWS, groups - first) }, (_, i) => first + i))
        : (batches[at % BATCHES] as RowBuilder);
    const keys = Keys.derived(() =>
      new Uint32Array(4 * rows.length).map((_, i) => (i % 4 === 0 ? first + i : 0)),
    );
    return new Batch(time, rows.length, rows.finish(), keys, null);
  }

  release(): void {}
  acknowledge(): void {}
  stats() {
    return { rows: 0, commits: 0, rejected: 0, lag: null, pending: 0 };
  }
  async close(): Promise<void> {}
}

class FirstOutput implements Sink {
  readonly name = "first output";
  readonly full = false;
  async open(): Promise<void> {}
  write(): void {
    firstOutputMs ??= performance.now() - runAt;
  }
  async flush(): Promise<void> {}
  stats() {
    return { changes: 0, lastTime: null, latencyMs: null };
  }
  async close(): Promise<void> {}
}

const words = tableFromSource<{ word: string }>(columns, {
  connector: "bench",
  name: "words",
  describe: { groups },
  appendOnly: true,
  create: () => new WordSource(),
});
const counts = words.groupBy(words.word).reduce({ word: words.word, count: pw.reducers.count() });
addOutput(counts, { connector: "bench", name: "bench", describe: {}, create: () => new FirstOutput() });
const persistence = path === "-" ? undefined : { path, snapshotEveryMs: Number(everyMs) };
runAt = performance.now();
const end = await pw
  .run({ monitoring: "none", ...(persistence === undefined ? {} : { persistence }) })
  .then(() => performance.now());
const { user, system } = process.cpuUsage(cpuFrom);
const seconds = (end - measuredFrom) / 1000;
console.log(
  JSON.stringify({
    rowsPerSecond: (commits * COMMIT_ROWS) / seconds,
    cpuSeconds: (user + system) / 1e6,
    firstOutputMs,
  }),
);
