/** The rows of `npm run bench -- engine`, for jobs of every engine: plain JavaScript, as peers run without a loader. */

const WORDS = 5_000;
const SEED = 0x2545f491;

/** Rows { word, n }, each an object of its own, as a program would have them. */
export function engineRows(count) {
  let state = SEED;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return Array.from({ length: count }, () => ({ word: `word-${next() % WORDS}`, n: next() % 1000 }));
}

/** What a subscriber keeps: how many changes came, and the newest row of each word. */
export class Received {
  changes = 0;
  /** Rows that came less those that went. */
  rows = 0;
  latest = new Map();
  startedAt = 0;
  cpu = process.cpuUsage();
  seconds = 0;
  used = null;

  /** The clock runs from here, before the first row is given. */
  start() {
    this.cpu = process.cpuUsage();
    this.startedAt = performance.now();
  }

  take(row, diff) {
    this.changes++;
    this.rows += diff;
    if (diff > 0) this.latest.set(row.word, row);
  }

  /** The last change is there. */
  stop() {
    this.seconds = (performance.now() - this.startedAt) / 1000;
    this.used = process.cpuUsage(this.cpu);
  }

  /** Prints what the harness reads. */
  report() {
    if (this.used === null) this.stop();
    const { changes, rows, latest, seconds } = this;
    const { user, system } = this.used;
    const answers = Object.fromEntries([...latest].map(([word, row]) => [word, [row.count, row.total]]));
    console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, changes, rows, answers }));
  }
}

/** The answers that `engineRows(count)` must come to, [count, total] by word, added up without any engine. */
export function engineAnswers(count) {
  const answers = {};
  for (const { word, n } of engineRows(count)) {
    const [rows, total] = answers[word] ?? [0, 0];
    answers[word] = [rows + 1, total + n];
  }
  return answers;
}
