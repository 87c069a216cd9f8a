import { randomInt } from "node:crypto";
import { once } from "node:events";
import type { KafkaSettings } from "../../../connectors/kafka/client/options.ts";
import { createTopicIfMissing } from "../../../connectors/kafka/client/topic-admin.ts";
import { MessageSender } from "../../../connectors/kafka/produce/message-sender.ts";
import * as pw from "../../index.ts";
import { numberOf, oneOf, textOf, textsOf, usage } from "../arguments.ts";
import { defaultColumns, generatedColumns } from "../generate/columns.ts";
import { distributions } from "../generate/distributions.ts";
import { type RowFormat, type RowMaker, rowFormats, rowMaker } from "../generate/rows.ts";
import { RowStream, type Sent, type StreamPlan, type Target } from "../generate/send-rows.ts";
import { settingsFrom, settingsHelp, settingsOptions } from "../kafka-settings.ts";
import { type Stopping, stopping, untilAborted } from "../stopping.ts";
import type { Verb, VerbArguments } from "../verb.ts";

const usageWidth = Math.max(...Object.values(distributions).map(({ usage: text }) => text.length));

/** `towpath generate`: streams to try things out with. */
export const generate = {
  summary: "sends a test stream: rows and commit markers at a rate",
  help: [
    "Makes rows, with a *COMMIT* message after each 100, and sends them to a topic at",
    "an even rate: csv (a header first), json or raw. Without a broker the messages go",
    "to stdout, a line each.",
    "",
    "  towpath generate --rows 5",
    "  towpath generate --topic orders --rate 1000 --seconds 5 --broker localhost:9092 \\",
    "    --column id=sequence --column region=choice:EU*3,US --column amount=normal:10:2",
    "",
    "  --broker ADDRESS     HOST:PORT (default: KAFKA_BOOTSTRAP_SERVERS of the environment),",
    "                       or `embedded`: one inside the process, kept until Ctrl-C",
    "  --topic NAME         created where it is not there",
    "  --partitions N       that a topic is created with (1), or has to have; rows without",
    "                       a key go to them in turn, a marker to each of them",
    "  --format FORMAT      json (default), csv or raw",
    "  --rate N             rows a second (1000); 0: as fast as they are taken",
    "  --commit-every N     rows between two markers (100); 0: no markers",
    "  --rows N, --seconds S   when it ends; without them on Ctrl-C",
    "  --column NAME=DISTRIBUTION   may be repeated; default: id, word, amount and at",
    "  --key NAME           the column whose text is the messages' key",
    "  --seed N             the same rows again (but for `now`); default: a new one, told",
    "                       at the end",
    "  --json               tell what was sent as JSON",
    ...settingsHelp,
    "",
    "Distributions:",
    ...Object.values(distributions).map(
      ({ usage: text, summary }) => `  ${text.padEnd(usageWidth)}  ${summary}`,
    ),
  ].join("\n"),
  options: {
    broker: { type: "string" },
    topic: { type: "string" },
    partitions: { type: "string" },
    format: { type: "string", default: "json" },
    rate: { type: "string", default: "1000" },
    "commit-every": { type: "string", default: "100" },
    rows: { type: "string" },
    seconds: { type: "string" },
    column: { type: "string", multiple: true },
    key: { type: "string" },
    seed: { type: "string" },
    json: { type: "boolean" },
    ...settingsOptions,
  },
  run: sendStream,
} as const satisfies Verb;

/** What the command line asks for, checked. */
interface Wish {
  readonly format: RowFormat;
  readonly maker: RowMaker;
  readonly plan: StreamPlan;
  readonly seed: number;
  readonly topic: string | undefined;
  readonly partitions: number | undefined;
  readonly settings: KafkaSettings;
  readonly json: boolean;
}

async function sendStream(given: VerbArguments): Promise<number> {
  const wish = wishOf(given);
  const address = textOf(given, "broker") ?? process.env.KAFKA_BOOTSTRAP_SERVERS ?? "";
  using stop = stopping();
  if (address === "embedded") return await sendEmbedded(wish, stop);
  const named = "bootstrap.servers" in wish.settings || "metadata.broker.list" in wish.settings;
  if (address === "" && !named) return await sendToStdout(wish, stop);
  const settings = address === "" ? wish.settings : { ...wish.settings, "bootstrap.servers": address };
  const topic = topicOf(wish);
  await createTopicIfMissing(settings, topic, wish.partitions ?? 1);
  return tell(wish, await sendToKafka(wish, settings, topic, stop.signal), stop);
}

function wishOf(given: VerbArguments): Wish {
  const format = oneOf(given, "format", rowFormats) ?? "json";
  const seed = numberOf(given, "seed", { min: 0, whole: true }) ?? randomInt(2 ** 32);
  const said = textsOf(given, "column");
  const columns = generatedColumns(said.length === 0 ? defaultColumns[format] : said, seed);
  const rate = numberOf(given, "rate", { min: 0, max: 10_000_000, whole: false }) ?? 0;
  return {
    format,
    seed,
    maker: rowMaker(format, columns, textOf(given, "key")),
    plan: {
      rate: rate === 0 ? Infinity : rate,
      rows: numberOf(given, "rows", { min: 0, whole: true }) ?? Infinity,
      seconds: numberOf(given, "seconds", { min: 0, whole: false }) ?? Infinity,
      commitEvery: numberOf(given, "commit-every", { min: 0, whole: true }) ?? 0,
    },
    topic: textOf(given, "topic"),
    partitions: numberOf(given, "partitions", { min: 1, max: 10_000, whole: true }),
    settings: settingsFrom(given),
    json: given.values.json === true,
  };
}

function topicOf({ topic }: Wish): string {
  if (topic !== undefined && topic !== "") return topic;
  throw usage("--topic is missing", "Say where the rows go: --topic orders.");
}

async function sendEmbedded(wish: Wish, stop: Stopping): Promise<number> {
  const topic = topicOf(wish);
  await using broker = await pw.kafka.embedded({ topics: { [topic]: wish.partitions ?? 1 } });
  // Other programs need the address before the end, whatever the form of the summary.
  const say = wish.json ? console.error : console.log;
  say(`bootstrap.servers=${broker.bootstrap}`);
  const settings = { ...wish.settings, ...broker.settings };
  const sent = await Promise.race([sendToKafka(wish, settings, topic, stop.signal), broker.failure]);
  const code = tell(wish, sent, stop);
  if (stop.signal.aborted) return code;
  say("The broker stays until Ctrl-C.");
  await untilAborted(stop.signal, broker.failure);
  return code;
}

async function sendToKafka(
  { plan, maker, partitions }: Wish,
  settings: KafkaSettings,
  topic: string,
  signal: AbortSignal,
): Promise<Sent> {
  await using sender = await MessageSender.connect(settings, topic);
  if (partitions !== undefined && partitions !== sender.partitions) {
    throw usage(
      `--partitions ${partitions}, but topic ${topic} is there and has ${sender.partitions}`,
      "Leave it out to use the topic as it is, or take another topic.",
    );
  }
  return await new RowStream(sender, plan, maker).send(signal);
}

async function sendToStdout(wish: Wish, stop: Stopping): Promise<number> {
  const { stdout } = process;
  const target: Target = {
    partitions: 1,
    send(_partition, _key, payload) {
      // Taken in any case; "no room" is said before the next one.
      if (stdout.writableNeedDrain) return false;
      stdout.write(`${payload}\n`);
      return true;
    },
    room: () => once(stdout, "drain").then(() => {}),
    async flush() {
      if (stdout.writableLength > 0) await once(stdout, "drain");
    },
  };
  return tell(wish, await new RowStream(target, wish.plan, wish.maker).send(stop.signal), stop, "stdout");
}

/** Says what was sent; beside rows on stdout it says so on stderr. Returns the exit code. */
function tell(
  { topic, format, seed, json }: Wish,
  sent: Sent,
  stop: Stopping,
  where = `topic ${topic}`,
): number {
  const { rows, commits, messages, bytes, seconds, ended } = sent;
  const toStdout = where === "stdout";
  const counts = `${rows} rows, ${commits} commits (${messages} messages, ${bytes} bytes)`;
  const summary = {
    ...(toStdout ? {} : { topic }),
    format,
    rows,
    commits,
    messages,
    bytes,
    seconds,
    seed,
    ended,
  };
  (toStdout ? console.error : console.log)(
    json ? JSON.stringify(summary) : `${counts} to ${where} in ${seconds} s; --seed ${seed} makes them again`,
  );
  if (ended === "late") {
    console.error("towpath: the rate could not be kept; it ended when the time was over");
    return 1;
  }
  return ended === "stopped" ? stop.code : 0;
}
