/** What `pw.kafka.source` and `pw.kafka.input` take, and the checks that name a wrong option when the plan is built. */
import { TowpathError } from "../../../lib/errors.ts";
import { type CommitOptions, type CommitPolicy, defaultCommitPolicy } from "../../../lib/io/commit-policy.ts";
import { type ClientHooks, withHooks } from "../client/client-hooks.ts";
import { checkSettings, type KafkaSettings } from "../client/options.ts";
import { bad, knownNames, oneOf, positive } from "../client/read-arguments.ts";
import { type FoundTopics, findTopics } from "../client/topic-addresses.ts";
import type { PartitionChoice } from "../read/partition-choice.ts";
import { checkReadOptions, commitPolicy, type OffsetsByTopic, type StartFrom } from "../read/read-options.ts";

/** Where the brokers are, and how a client of theirs is set. */
export interface ClientOptions extends ClientHooks {
  /**
   * `host:port`, or several; or all settings of the client by librdkafka's own names. Left out where topics are named by
   * address, `kafka://host:port/topic`.
   */
  readonly brokers?: string | readonly string[] | KafkaSettings;
  /** Further settings by librdkafka's own names, which win. */
  readonly config?: KafkaSettings | undefined;
}

/**
 * Where reading begins: at the "beginning" (default) or the "end" of each partition, at what the group of "group.id" has
 * "stored" (the beginning where there is nothing), at an offset of every partition or of each, or at the first message
 * that is not older than a time.
 */
export type StartingOffset =
  | "beginning"
  | "end"
  | "stored"
  | number
  | Date
  | { readonly timestamp: number | Date }
  | { readonly offsets: OffsetsByTopic };

export interface InputOptions extends ClientOptions {
  /** At least one; all their partitions are read. */
  readonly topics: string | readonly string[];
  /** Whether to wait for further messages (default). false: ends with what the topics hold at the start. */
  readonly tail?: boolean | undefined;
  readonly startingOffset?: StartingOffset | undefined;
  /** A commit holds at most so many messages; default 1,000. It is closed sooner where no more are there at once. */
  readonly batchSize?: number | undefined;
  /** Commits by other rules, those of `pw.kafka.read` but without a marker unless one is named; not with `batchSize`. */
  readonly commit?: CommitOptions | undefined;
  /** Which partitions are read; default: all. `{ index, of }` shares them among `of` processes. */
  readonly partitions?: PartitionChoice | undefined;
  /** See `pw.kafka.read`. */
  readonly maxBacklogRows?: number | undefined;
  /** The source's name in logs and keys; default: its topics. */
  readonly name?: string | undefined;
}

export interface SourceOptions extends InputOptions {
  /** Whether an error of the client ends the run (default), or is a row of `errs`. */
  readonly raiseOnErrors?: boolean | undefined;
}

const clientNames = ["brokers", "config", "oauthBearer", "onStatistics"] as const;
const inputNames = [
  ...clientNames,
  "topics",
  "tail",
  "startingOffset",
  "batchSize",
  "commit",
  "partitions",
  "maxBacklogRows",
  "name",
] as const satisfies readonly (keyof InputOptions)[];

/** Options with all defaults filled in. */
export interface ResolvedSource {
  readonly settings: KafkaSettings;
  readonly topics: readonly string[];
  readonly mode: "streaming" | "static";
  readonly startFrom: StartFrom | number;
  readonly policy: CommitPolicy;
  readonly partitions: PartitionChoice | undefined;
  readonly maxBacklogRows: number;
  readonly raiseOnErrors: boolean;
  readonly name: string;
}

const BATCH_SIZE = 1_000;

/** Checks and completes options; `call` names the function. Throws TP_BAD_ARGUMENT, TP_KAFKA_UNKNOWN_SETTING, TP_KAFKA_NO_BROKERS. */
export function resolveSource(options: SourceOptions, call: "source" | "input"): ResolvedSource {
  return saidBy(`pw.kafka.${call}`, () => {
    if (typeof options !== "object" || options === null)
      throw bad(`the options of pw.kafka.${call} are not an object`, "Give at least { brokers, topics }.");
    const names: readonly string[] = call === "source" ? [...inputNames, "raiseOnErrors"] : inputNames;
    knownNames(options, names, (name) => `pw.kafka.${call} has no option "${name}"`);
    const { tail, raiseOnErrors = call === "source", partitions, maxBacklogRows, name } = options;
    const said = typeof options.topics === "string" ? [options.topics] : options.topics;
    const { settings, names: topics } = topicsOf(options, said);
    oneOf("tail", tail, [true, false]);
    oneOf("raiseOnErrors", raiseOnErrors, [true, false]);
    const startFrom = startOf(options.startingOffset);
    const mode = tail === false ? "static" : "streaming";
    const rest = { partitions, maxBacklogRows, name };
    const others = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    // What both have in common has one rule.
    const checked = { topicNames: topics, format: "raw", ...others } as const;
    checkReadOptions(typeof startFrom === "number" ? checked : { ...checked, startFrom }, settings);
    return {
      settings,
      topics: [...topics],
      mode,
      startFrom,
      policy: policyOf(options, mode),
      partitions,
      maxBacklogRows: maxBacklogRows ?? Number.POSITIVE_INFINITY,
      raiseOnErrors,
      name: name ?? topics.join(","),
    };
  });
}

/**
 * A client's settings, and the topics that it is for by name. Throws TP_BAD_ARGUMENT, TP_KAFKA_UNKNOWN_SETTING,
 * TP_KAFKA_NO_BROKERS, TP_KAFKA_URI_….
 */
export function topicsOf(options: ClientOptions, topics: readonly string[]): FoundTopics {
  const { brokers, config = {}, oauthBearer, onStatistics } = options;
  const given = brokers === undefined ? {} : brokerSettings(brokers);
  const { settings, names } = findTopics({ ...given, ...config }, topics);
  if (brokers === undefined && settings["bootstrap.servers"] === undefined) brokerSettings(brokers);
  const hooked = withHooks({ ...settings }, { oauthBearer, onStatistics });
  checkSettings(hooked);
  return { settings: hooked, names };
}

function brokerSettings(brokers: unknown): KafkaSettings {
  if (typeof brokers === "string") return { "bootstrap.servers": brokers };
  if (Array.isArray(brokers) && brokers.length > 0 && brokers.every((one) => typeof one === "string")) {
    return { "bootstrap.servers": brokers.join(",") };
  }
  if (typeof brokers === "object" && brokers !== null && !Array.isArray(brokers)) {
    return brokers as KafkaSettings;
  }
  throw bad(
    "brokers names no broker",
    'Give an address, several, or settings: "host:9092", ["host:9092"], { "bootstrap.servers": "host:9092" }.',
  );
}

function startOf(given: StartingOffset = "beginning"): StartFrom | number {
  if (given === "beginning") return "earliest";
  if (given === "end") return "latest";
  if (given === "stored") return "committed";
  if (given instanceof Date) return { timestamp: given };
  if (Number.isSafeInteger(given) && Number(given) >= 0) return Number(given);
  if (typeof given === "object" && given !== null && ("timestamp" in given || "offsets" in given)) {
    return given;
  }
  throw bad(
    `startingOffset cannot be ${typeof given === "object" ? "an object of that form" : JSON.stringify(given)}`,
    'It is "beginning", "end", "stored", an offset, a Date, { timestamp } or { offsets: { topic: { partition: offset } } }.',
  );
}

/** Without rules of the user's a commit is what is there at once, up to `batchSize` messages of it. */
function policyOf({ batchSize, commit }: InputOptions, mode: "streaming" | "static"): CommitPolicy {
  if (commit !== undefined && batchSize !== undefined) {
    throw bad("batchSize and commit are both given", "Give commit: { everyRows } in place of batchSize.");
  }
  if (commit !== undefined) return commitPolicy({ marker: null, ...commit }, mode);
  const everyRows = batchSize ?? BATCH_SIZE;
  positive("batchSize", everyRows, Number.isSafeInteger(everyRows));
  return { ...defaultCommitPolicy, marker: null, everyMs: 0, everyRows, tail: "commit" };
}

/** An error of a shared check names the call that was made. */
export function saidBy<T>(call: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof TowpathError) || error.code !== "TP_BAD_ARGUMENT") throw error;
    const detail = error.detail
      .replace(/\btopicNames\b/g, "topics")
      .replace(/\bstartFrom: "committed"/g, 'startingOffset: "stored"')
      .replace(/\bstartFrom\b/g, "startingOffset");
    const hint = error.hint?.replace(/\btopicNames\b/g, "topics").replace(/\bstartFrom\b/g, "startingOffset");
    throw new TowpathError(error.code, detail, { where: call, hint });
  }
}
