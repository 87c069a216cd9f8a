/** What `pw.kafka.write` takes, and the checks that name a wrong option when the plan is built. */
import { nearest } from "../../lib/base/nearest.ts";
import { TowpathError } from "../../lib/errors.ts";

/** The options of `pw.kafka.write`. */
export interface WriteOptions {
  /** The topic that all messages go to. */
  readonly topicName: string;
  /** Default "json". */
  readonly format?: "json";
  /**
   * "updates" (default): a message holds whole commits, as a JSON array of rows with `diff` and `time`, deletions
   * before insertions within a time; all messages go to one partition, because their order is their meaning.
   */
  readonly envelope?: "updates";
  /** At most this many commits in one message; default 1. */
  readonly commitFrequencyInMessages?: number;
  /** A commit waits at most this long for others; default 0 where a message holds one commit, else 1,000. */
  readonly flushEveryMs?: number;
  /** The partition that all messages go to; default 0. */
  readonly partition?: number;
  /** The output's name in logs; default: the topic. */
  readonly name?: string;
}

/** The same with all defaults filled in. */
export type ResolvedWriteOptions = Required<WriteOptions>;

const optionNames = [
  "topicName",
  "format",
  "envelope",
  "commitFrequencyInMessages",
  "flushEveryMs",
  "partition",
  "name",
] as const satisfies readonly (keyof WriteOptions)[];

const PARTITION_MAX = 2 ** 31 - 1;
/** The longest wait that a timer can have. */
const FLUSH_MS_MAX = 2 ** 31 - 1;
const FLUSH_MS_OF_SEVERAL = 1_000;

/** Checks and completes options. Throws TP_BAD_ARGUMENT, naming the option and what it takes. */
export function resolveWriteOptions(options: WriteOptions): ResolvedWriteOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TowpathError("TP_BAD_ARGUMENT", "pw.kafka.write needs options as its third argument", {
      hint: 'Give at least the topic: { topicName: "results" }.',
    });
  }
  checkNames(options);
  const { topicName, format = "json", envelope = "updates", partition = 0 } = options;
  const { commitFrequencyInMessages = 1 } = options;
  const { flushEveryMs = commitFrequencyInMessages === 1 ? 0 : FLUSH_MS_OF_SEVERAL } = options;
  const { name = topicName } = options;
  check(
    isTopicName(topicName),
    "topicName",
    topicName,
    "a topic: up to 249 of a-z, A-Z, 0-9, '.', '_' and '-'",
  );
  check(format === "json", "format", format, '"json"');
  check(envelope === "updates", "envelope", envelope, '"updates"');
  check(
    isWhole(commitFrequencyInMessages, 1, Number.MAX_SAFE_INTEGER),
    "commitFrequencyInMessages",
    commitFrequencyInMessages,
    "the largest number of commits in one message: a whole number from 1",
  );
  check(
    typeof flushEveryMs === "number" && flushEveryMs >= 0 && flushEveryMs <= FLUSH_MS_MAX,
    "flushEveryMs",
    flushEveryMs,
    "a time in milliseconds: a number from 0",
  );
  check(
    isWhole(partition, 0, PARTITION_MAX),
    "partition",
    partition,
    "a partition's number: a whole number from 0",
  );
  check(typeof name === "string" && name !== "", "name", name, "a text that is not empty");
  return { topicName, format, envelope, commitFrequencyInMessages, flushEveryMs, partition, name };
}

function checkNames(options: object): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || optionNames.some((known) => known === option)) continue;
    const meant = nearest(option, optionNames);
    throw new TowpathError("TP_BAD_ARGUMENT", `pw.kafka.write has no option ${JSON.stringify(option)}`, {
      hint: meant === undefined ? `The options are ${optionNames.join(", ")}.` : `Did you mean "${meant}"?`,
    });
  }
}

function check(fits: boolean, option: string, value: unknown, takes: string): void {
  if (fits) return;
  const given =
    typeof value === "object" && value !== null ? "an object" : (JSON.stringify(value) ?? String(value));
  throw new TowpathError("TP_BAD_ARGUMENT", `the option ${option} of pw.kafka.write cannot be ${given}`, {
    hint: `Give ${takes}.`,
  });
}

/** Kafka's rule: org.apache.kafka.common.internals.Topic.validate. */
function isTopicName(name: unknown): boolean {
  return typeof name === "string" && /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/.test(name);
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max;
}
