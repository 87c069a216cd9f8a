import { EventEmitter, on } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import type { KafkaSettings } from "../../../connectors/kafka/client/options.ts";
import { MessageSender } from "../../../connectors/kafka/produce/message-sender.ts";
import * as pw from "../../index.ts";
import { numberOf } from "../arguments.ts";
import type { Verb, VerbArguments } from "../verb.ts";

const input = "connector_example";
const output = "sum";
const numbers = Array.from({ length: 10 }, (_, i) => i);

/** Exit code of a demo that was stopped: 128 + SIGINT. */
const stoppedCode = 130;

/** `towpath demo`, which `npm start` runs: a running sum on an embedded broker, shown message by message. */
export const demo = {
  summary: "a running sum over an embedded Kafka broker, shown as it changes",
  help: [
    "Starts a Kafka broker inside the process, sends it a stream of numbers as CSV,",
    "and shows how the topic with their sum changes, commit by commit. Needs nothing",
    "beside it and ends by itself.",
    "",
    "  --interval-ms N   milliseconds between two numbers (default 300)",
  ].join("\n"),
  options: { "interval-ms": { type: "string", default: "300" } },
  run: play,
} as const satisfies Verb;

async function play(given: VerbArguments): Promise<number> {
  const intervalMs = numberOf(given, "interval-ms", { min: 0, max: 3_600_000, whole: true }) ?? 300;
  await using broker = await pw.kafka.embedded({ topics: [input, output] });
  say(introduction(broker.bootstrap));
  const ending = new AbortController();
  const arrivals = new EventEmitter();
  const running = [
    keepSum(broker.settings, ending.signal),
    watchOutput(broker.settings, arrivals, ending.signal),
  ];
  try {
    // The runs come first only when they fail, or when Ctrl-C has ended them.
    const showing = showCommits(broker.settings, arrivals, intervalMs, ending.signal);
    showing.catch(() => {});
    const last = await Promise.race([showing, ...running]);
    if (typeof last !== "string") return stoppedCode;
    say(conclusion(last));
  } finally {
    ending.abort();
    await Promise.allSettled(running);
  }
  await Promise.all(running);
  return 0;
}

/** The program that the demo is about. */
function keepSum(settings: KafkaSettings, signal: AbortSignal): Promise<unknown> {
  return pw.graph(() => {
    const t = pw.kafka.read(settings, { topicNames: [input], valueColumns: ["value"], format: "csv" });
    const values = t.select({ value: pw.apply((text) => Number.parseInt(text, 10), t.value) });
    const sum = values.reduce({ sum: pw.reducers.sum(values.value) });
    pw.kafka.write(sum, settings, { topicName: output, format: "json" });
    return pw.run({ signal, monitoring: "none" });
  });
}

/** Emits each message of the output topic, as any reader of that topic gets it. */
function watchOutput(settings: KafkaSettings, arrivals: EventEmitter, signal: AbortSignal): Promise<unknown> {
  return pw.graph(() => {
    const messages = pw.kafka.read(settings, {
      topicNames: [output],
      format: "raw",
      encoding: "utf8",
      commit: { marker: null, everyRows: 1 },
    });
    pw.subscribe(messages, {
      onChange({ row }) {
        arrivals.emit("message", row.data);
      },
    });
    return pw.run({ signal, monitoring: "none" });
  });
}

/**
 * Sends the stream. Each commit changes the sum, so each is answered by one message, which is shown beside it.
 * Resolves with the last message.
 */
async function showCommits(
  settings: KafkaSettings,
  arrivals: EventEmitter,
  intervalMs: number,
  signal: AbortSignal,
): Promise<string> {
  const messages = on(arrivals, "message", { signal });
  await using sender = await MessageSender.connect(settings, input);
  const send = (text: string): boolean => sender.send(0, null, text);
  send("value");
  say(line("value", styled("dim", "the header: no row, no change")));
  let message = "[]";
  for (const number of numbers) {
    await sleep(intervalMs, undefined, { signal });
    send(String(number));
    send("*COMMIT*");
    [message] = (await messages.next()).value;
    const [first, ...others] = changesOf(message);
    say(line(`${number}  *COMMIT*`, first));
    for (const change of others) say(line("", ` ${change}`));
  }
  return message;
}

/** The message as it is, cut between its changes so that it fits a terminal. */
function changesOf(message: string): string[] {
  return message
    .split(/(?<=\},)(?=\{)/)
    .map((change) => styled(change.includes('"diff":-1') ? "red" : "green", change));
}

const leftWidth = 28;

function line(left: string, right: string): string {
  return `  ${left.padEnd(leftWidth)}${right}`;
}

function introduction(bootstrap: string): string {
  return [
    "",
    styled("bold", "Towpath keeps a table current: here, the sum of a stream of numbers."),
    "",
    `A Kafka broker runs inside this process (${bootstrap}). The numbers 0 to 9`,
    `go to its topic ${input}, each made an update by a *COMMIT* message.`,
    `Towpath reads them, and writes every change of their sum to the topic ${output}.`,
    "",
    styled("bold", line(`sent to ${input}`, `read from ${output}`)),
  ].join("\n");
}

function conclusion(lastMessage: string): string {
  const changes: { sum: number; diff: number }[] = JSON.parse(lastMessage);
  const sum = JSON.stringify({ sum: changes.find(({ diff }) => diff === 1)?.sum }).slice(1, -1);
  return [
    "",
    "Each message is one update, whole: the old sum is taken back (diff -1) and the",
    `new one stands in its place (diff 1), at one time. It ends as ${styled("bold", sum)}.`,
    "",
    "README.md has this program in ten lines, and what else can be said that way.",
    "",
  ].join("\n");
}

function styled(style: "bold" | "dim" | "red" | "green", text: string): string {
  return process.stdout.hasColors?.() ? styleText(style, text) : text;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
