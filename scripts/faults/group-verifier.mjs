/**
 * The judge of consumer groups, in a process of its own: plain JavaScript over node-rdkafka, no line of the engine.
 *
 *   node group-verifier.mjs '{"workload","bootstrap","input","output","partitions","patienceMs"}'
 *
 * Workload "dealtRows": every transfer before a partition's last marker is in the output, with its amount doubled, at
 * least once; and nothing else is. "dealtTotals": the last word on each partition and region is what the input comes to,
 * and every word before was true after some commit of its partition. Waits for what is missing, `patienceMs` without
 * progress at most, and prints one line of JSON.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TopicReader } from "./topic-reader.mjs";

const orders = JSON.parse(process.argv[2]);
const MARKER = "*COMMIT*";
const problems = [];

/** Each transfer by itself. */
class Rows {
  rows = 0;
  commits = 0;
  times = 0;
  replayed = 0;
  #pending = Array.from({ length: orders.partitions }, () => []);
  #missing = new Map();
  #seen = new Map();

  read({ partition, offset, value }) {
    const text = value.toString();
    const pending = this.#pending[partition];
    if (text !== MARKER) {
      pending.push([`${partition}/${offset}`, 2 * JSON.parse(text).amount]);
      return;
    }
    this.commits++;
    this.rows += pending.length;
    for (const [id, double] of pending) if (!this.#seen.has(id)) this.#missing.set(id, double);
    this.#pending[partition] = [];
  }

  written({ offset: at, value }) {
    const { partition, offset, double, diff } = JSON.parse(value.toString());
    const id = `${partition}/${offset}`;
    this.times++;
    const wanted = this.#missing.get(id) ?? this.#seen.get(id);
    if (diff !== 1 || wanted === undefined || wanted !== double)
      problems.push(`offset ${at}: diff ${diff} of transfer ${id}, doubled ${double} instead of ${wanted}`);
    if (this.#seen.has(id)) this.replayed++;
    this.#seen.set(id, double);
    this.#missing.delete(id);
  }

  get left() {
    const [first] = this.#missing.keys();
    return first === undefined ? null : `${this.#missing.size} transfers are lost, one of them ${first}`;
  }
}

/** The last amounts of a partition's accounts, by region. */
class Totals {
  rows = 0;
  commits = 0;
  times = 0;
  replayed = 0;
  #pending = Array.from({ length: orders.partitions }, () => []);
  #last = new Map();
  #totals = new Map();
  /** By name: all that it has come to behind some commit. */
  #said = new Map();
  #seen = new Map();

  read({ partition, value }) {
    const text = value.toString();
    if (text !== MARKER) {
      this.#pending[partition].push(JSON.parse(text));
      return;
    }
    this.commits++;
    const touched = new Set();
    for (const { account, region, amount } of this.#pending[partition]) {
      this.rows++;
      const before = this.#last.get(account);
      if (before !== undefined) this.#add(before.name, -before.amount, -1, touched);
      const name = `${partition}/${region}`;
      this.#last.set(account, { name, amount });
      this.#add(name, amount, 1, touched);
    }
    this.#pending[partition] = [];
    for (const name of touched) {
      const said = this.#said.get(name) ?? new Set();
      this.#said.set(name, said.add(this.#textOf(name)));
    }
  }

  written({ offset: at, key, value }) {
    this.times++;
    const { partition, region } = JSON.parse(key.toString());
    const name = `${partition}/${region}`;
    const row = value === null ? null : JSON.parse(value.toString());
    const text = row === null ? "gone" : `${row.total} of ${row.count}`;
    if (this.#said.get(name)?.has(text) !== true) problems.push(`offset ${at}: ${name} was never ${text}`);
    if (this.#seen.get(name) === text) this.replayed++;
    this.#seen.set(name, text);
  }

  get left() {
    for (const name of this.#said.keys()) {
      const wanted = this.#textOf(name);
      const seen = this.#seen.get(name) ?? "gone";
      if (seen !== wanted) return `${name} is ${seen} instead of ${wanted}`;
    }
    return null;
  }

  #add(name, amount, count, touched) {
    const now = this.#totals.get(name) ?? { total: 0, count: 0 };
    now.total += amount;
    now.count += count;
    this.#totals.set(name, now);
    touched.add(name);
  }

  #textOf(name) {
    const { total, count } = this.#totals.get(name);
    return count === 0 ? "gone" : `${total} of ${count}`;
  }
}

const judge = orders.workload === "dealtRows" ? new Rows() : new Totals();
const input = new TopicReader(orders.bootstrap, orders.input, orders.partitions);
const output = new TopicReader(orders.bootstrap, orders.output, 1);
await input.connect();
await output.connect();
let progressAt = Date.now();
for (;;) {
  // The output first up to its end of now, and yet judged after the input: what was written has been read before.
  const written = [];
  await output.readOn((message) => written.push(message));
  await input.readOn((message) => judge.read(message));
  for (const message of written) judge.written(message);
  if (written.length > 0) progressAt = Date.now();
  if (problems.length > 0 || (judge.left === null && written.length === 0)) break;
  if (Date.now() - progressAt > orders.patienceMs) {
    problems.push(`after ${orders.patienceMs} ms without progress: ${judge.left}`);
    break;
  }
  await sleep(200);
}
await Promise.all([input.close(), output.close()]);
const { rows, commits, times, replayed } = judge;
process.stdout.write(
  `${JSON.stringify({ rows, commits, times, replayed, problems: problems.slice(0, 10) })}\n`,
);
process.exit(problems.length === 0 ? 0 : 1);
