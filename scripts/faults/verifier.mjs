/**
 * The judge of the fault suite, in a process of its own: plain JavaScript over node-rdkafka, no line of the engine.
 *
 *   node verifier.mjs '{"workload","bootstrap","input","output","partitions","patienceMs"}'
 *
 * It folds the input commit by commit into the states that a reader may see, and the output into the states that a
 * reader has seen: one run of times that grow (what comes again of a time that was there must be equal to what was
 * there, and is dropped), each state one of the input's, in the input's order, and the last one the last. (Workload
 * "spread": every change fits what is there, and the last state is the input's.) It waits for the last one, `patienceMs` without progress at most, and prints one line of JSON.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TopicReader } from "./topic-reader.mjs";

const orders = JSON.parse(process.argv[2]);
const MARKER = "*COMMIT*";
const problems = [];

/** A table's text: equal for equal tables. */
function textOf(table) {
  return [...table]
    .map(([name, { total, count }]) => `${name}=${total}/${count}`)
    .sort()
    .join(" ");
}

/** The states that the input comes to, by commit. */
class Expected {
  rows = 0;
  commits = 0;
  /** By state: the commits that it is the state after. */
  #after = new Map([["", [0]]]);
  #queues = Array.from({ length: orders.partitions }, () => [[]]);
  #table = new Map();
  #last = new Map();
  final = "";

  take({ partition, value }) {
    const text = value.toString();
    const queue = this.#queues[partition];
    if (text !== MARKER) {
      this.rows++;
      queue.at(-1).push(JSON.parse(text));
      return;
    }
    queue.push([]);
    if (orders.workload === "spread") {
      for (const row of queue.shift()) this.#apply(row);
      this.commits++;
      this.final = textOf(this.#table);
      return;
    }
    while (this.#queues.every((each) => each.length > 1)) {
      for (const each of this.#queues) for (const row of each.shift()) this.#apply(row);
      this.final = textOf(this.#table);
      this.#after.set(this.final, [...(this.#after.get(this.final) ?? []), ++this.commits]);
    }
  }

  /**
   * The first commit after `from` that has this state after it; undefined where there is none. Where the partitions
   * commit by themselves, which states there are in between depends on arrival: only the last one is told.
   */
  find(state, from) {
    if (orders.workload === "spread") return from;
    return this.#after.get(state)?.find((commit) => commit > from);
  }

  #apply({ account, region, amount }) {
    if (orders.workload !== "keyed") return this.#add(account, amount, 1);
    const before = this.#last.get(account);
    if (before !== undefined) this.#add(before.region, -before.amount, -1);
    this.#last.set(account, { region, amount });
    this.#add(region, amount, 1);
  }

  #add(name, amount, count) {
    const now = this.#table.get(name) ?? { total: 0, count: 0 };
    now.total += amount;
    now.count += count;
    if (now.count === 0) this.#table.delete(name);
    else this.#table.set(name, now);
  }
}

/** The states that a reader of the output has seen. */
class Seen {
  times = 0;
  replayed = 0;
  state = "";
  #run = null;
  #table = new Map();
  /** By time: what the output said of it, in order. */
  #said = new Map();
  #lastTime = -1;
  #partOf = null;
  #commit = 0;
  #expected;

  constructor(expected) {
    this.#expected = expected;
  }

  take({ value, offset, headers = [] }) {
    const header = (name) => headers.flatMap((each) => (name in each ? [each[name].toString()] : []))[0];
    const run = header("tp-run");
    if (this.#run !== null && run !== this.#run)
      problems.push(`offset ${offset}: a new tp-run ${run} after ${this.#run}`);
    this.#run = run;
    const part = Number(header("part") ?? 1);
    const parts = Number(header("parts") ?? 1);
    const rows = JSON.parse(value.toString());
    this.#partOf = part === 1 ? rows : [...(this.#partOf ?? []), ...rows];
    if (part < parts) return;
    const byTime = Map.groupBy?.(this.#partOf, (row) => row.time) ?? grouped(this.#partOf);
    for (const [time, changes] of byTime) this.#takeTime(time, changes, offset);
  }

  #takeTime(time, changes, offset) {
    // The order within a commit's deletions, and within its insertions, is nobody's business.
    const said = changes
      .map((change) => JSON.stringify(change))
      .sort()
      .join();
    if (time <= this.#lastTime) {
      this.replayed++;
      if (this.#said.get(time) !== said)
        problems.push(`offset ${offset}: time ${time} comes again, and differs`);
      return;
    }
    this.#lastTime = time;
    this.#said.set(time, said);
    this.times++;
    for (const { name, total, count, diff } of changes) this.#change(name, { total, count }, diff, offset);
    this.state = textOf(this.#table);
    const commit = this.#expected.find(this.state, this.#commit);
    if (commit === undefined) {
      problems.push(
        `offset ${offset}, time ${time}: no commit after number ${this.#commit} has this state after it`,
      );
    } else this.#commit = commit;
  }

  #change(name, row, diff, offset) {
    const before = this.#table.get(name);
    const isThere = before !== undefined && before.total === row.total && before.count === row.count;
    if (diff === 1 && before === undefined) this.#table.set(name, row);
    else if (diff === -1 && isThere) this.#table.delete(name);
    else
      problems.push(
        `offset ${offset}: diff ${diff} of ${name} ${JSON.stringify(row)} over ${JSON.stringify(before)}`,
      );
  }
}

function grouped(rows) {
  const byTime = new Map();
  for (const row of rows) byTime.set(row.time, [...(byTime.get(row.time) ?? []), row]);
  return byTime;
}

const expected = new Expected();
const seen = new Seen(expected);
const input = new TopicReader(orders.bootstrap, orders.input, orders.partitions);
const output = new TopicReader(orders.bootstrap, orders.output, 1);
await input.connect();
await output.connect();
let progressAt = Date.now();
for (;;) {
  await input.readOn((message) => expected.take(message));
  const before = seen.times;
  await output.readOn((message) => seen.take(message));
  if (seen.times > before) progressAt = Date.now();
  if (problems.length > 0 || seen.state === expected.final) break;
  if (Date.now() - progressAt > orders.patienceMs) {
    problems.push(
      `after ${orders.patienceMs} ms without progress: "${seen.state}" instead of "${expected.final}"`,
    );
    break;
  }
  await sleep(100);
}
await Promise.all([input.close(), output.close()]);
const { rows, commits } = expected;
const report = { rows, commits, times: seen.times, replayed: seen.replayed, problems: problems.slice(0, 10) };
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(problems.length === 0 ? 0 : 1);
