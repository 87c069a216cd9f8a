/** What the races over Kafka read, and the right answers, counted from the data without any engine. */
import { randomFrom } from "./random.ts";

/** A topic's contents: `head` once, then `cycle` again and again until there are `rows` rows. */
export interface TopicData {
  readonly name: string;
  readonly head: readonly Buffer[];
  readonly cycle: readonly Buffer[];
  /** Messages in all, those of `head` included. */
  readonly messages: number;
}

/** One line of the answer: the numbers of a group by name. */
export type Answer = Readonly<Record<string, number>>;

export interface Workload {
  readonly topics: readonly TopicData[];
  /** The column that names a group. */
  readonly group: string;
  /** The answer column that adds up to the rows taken so far. */
  readonly count: string;
  /** Rows of the topic that the race is about. */
  readonly rows: number;
  readonly expected: ReadonlyMap<string, Answer>;
  /**
   * The share of the rows before which nothing is measured: with two inputs the answers count the rows taken only once
   * the smaller input is in.
   */
  readonly warmUp: number;
}

const SEED = 0x2545f491;
/** Messages made once and sent again and again: a topic is longer than what we want to hold. */
const CYCLE = 1 << 18;
const WORDS = 5_000;
const REGIONS = 5;
const CUSTOMERS = 100_000;
const SEGMENTS = 5;
const ROWS_PER_COMMIT = 1_000;

/** How often index i of the cycle comes in `rows` rows. */
function timesOf(i: number, rows: number): number {
  return Math.floor(rows / CYCLE) + (i < rows % CYCLE ? 1 : 0);
}

function randomIndexes(count: number, below: number): Int32Array {
  const random = randomFrom(SEED);
  return Int32Array.from({ length: count }, () => Math.floor(random() * below));
}

/** Numbers of the words in the order in which they are sent, again and again. */
export function wordCycle(): Int32Array {
  return randomIndexes(CYCLE, WORDS);
}

function wordCounts(words: Int32Array, rows: number): Map<string, Answer> {
  const counts = new Float64Array(WORDS);
  for (let i = 0; i < CYCLE; i++) counts[words[i]] += timesOf(i, rows);
  const answers = new Map<string, Answer>();
  counts.forEach((count, word) => count > 0 && answers.set(`word-${word}`, { count }));
  return answers;
}

/** `{"word":"word-n"}` over 5,000 words. */
export function words(rows: number): Workload {
  const indexes = wordCycle();
  const cycle = Array.from(indexes, (word) => Buffer.from(`{"word":"word-${word}"}`));
  return {
    topics: [{ name: "words", head: [], cycle, messages: rows }],
    group: "word",
    count: "count",
    rows,
    expected: wordCounts(indexes, rows),
    warmUp: 0,
  };
}

/** The same words as CSV, a header first and a `*COMMIT*` behind each 1,000 rows. */
export function csvWords(rows: number): Workload {
  if (rows % ROWS_PER_COMMIT !== 0) throw new Error(`--rows must be a multiple of ${ROWS_PER_COMMIT}`);
  // A cycle of whole commits, so that the markers of the next turn stand right.
  const length = CYCLE - (CYCLE % ROWS_PER_COMMIT);
  const indexes = wordCycle().subarray(0, length);
  const marker = Buffer.from("*COMMIT*");
  const cycle: Buffer[] = [];
  indexes.forEach((word, i) => {
    cycle.push(Buffer.from(`word-${word}`));
    if ((i + 1) % ROWS_PER_COMMIT === 0) cycle.push(marker);
  });
  const counts = new Map<string, { count: number }>();
  indexes.forEach((word, i) => {
    const answer = counts.get(`word-${word}`) ?? { count: 0 };
    answer.count += Math.floor(rows / length) + (i < rows % length ? 1 : 0);
    if (answer.count > 0) counts.set(`word-${word}`, answer);
  });
  return {
    topics: [
      { name: "words-csv", head: [Buffer.from("word")], cycle, messages: 1 + rows + rows / ROWS_PER_COMMIT },
    ],
    group: "word",
    count: "count",
    rows,
    expected: counts,
    warmUp: 0,
  };
}

interface Order {
  readonly customer: number;
  readonly region: number;
  readonly cents: number;
}

function orderCycle(): Order[] {
  const random = randomFrom(SEED);
  return Array.from({ length: CYCLE }, () => ({
    customer: Math.floor(random() * CUSTOMERS),
    region: Math.floor(random() * REGIONS),
    cents: Math.floor(random() * 1_000_000),
  }));
}

/** Orders of five fields; ids and instants are those of the cycle. */
function orderTopic(orders: readonly Order[], rows: number): TopicData {
  const cycle = orders.map(({ customer, region, cents }, id) =>
    Buffer.from(
      `{"id":${id},"customer":${customer},"region":"region-${region}","amount":${cents / 100},"at":${1_700_000_000_000 + id}}`,
    ),
  );
  return { name: "orders", head: [], cycle, messages: rows };
}

/** Orders, their sum, count and maximum by region. */
export function ordersByRegion(rows: number): Workload {
  const orders = orderCycle();
  const answers = Array.from({ length: REGIONS }, () => ({ total: 0, count: 0, largest: 0 }));
  orders.forEach(({ region, cents }, i) => {
    const times = timesOf(i, rows);
    if (times === 0) return;
    const answer = answers[region];
    answer.total += cents * times;
    answer.count += times;
    answer.largest = Math.max(answer.largest, cents);
  });
  return {
    topics: [orderTopic(orders, rows)],
    group: "region",
    count: "count",
    rows,
    expected: new Map(
      answers.map(({ total, count, largest }, i) => [
        `region-${i}`,
        { total: total / 100, count, largest: largest / 100 },
      ]),
    ),
    warmUp: 0,
  };
}

/** Orders joined to 100,000 customers, their sum and count by segment. */
export function ordersBySegment(rows: number): Workload {
  const orders = orderCycle();
  const customers = Array.from({ length: CUSTOMERS }, (_, id) =>
    Buffer.from(`{"customer":${id},"segment":"segment-${id % SEGMENTS}"}`),
  );
  const answers = Array.from({ length: SEGMENTS }, () => ({ total: 0, count: 0 }));
  orders.forEach(({ customer, cents }, i) => {
    const times = timesOf(i, rows);
    answers[customer % SEGMENTS].total += cents * times;
    answers[customer % SEGMENTS].count += times;
  });
  return {
    topics: [
      orderTopic(orders, rows),
      { name: "customers", head: [], cycle: customers, messages: CUSTOMERS },
    ],
    group: "segment",
    count: "count",
    rows,
    expected: new Map(answers.map(({ total, count }, i) => [`segment-${i}`, { total: total / 100, count }])),
    warmUp: 0.2,
  };
}
