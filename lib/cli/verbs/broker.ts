import * as pw from "../../index.ts";
import { numberOf, textsOf, usage } from "../arguments.ts";
import { forwardPort } from "../forward-port.ts";
import { stopping, untilAborted } from "../stopping.ts";
import type { Verb, VerbArguments } from "../verb.ts";

/** `towpath broker`: the embedded broker as a program, for the programs beside it. */
export const broker = {
  summary: "a Kafka broker for trying things out, until it is stopped",
  help: [
    "Starts a Kafka broker inside the process, prints its address, and keeps it until",
    "Ctrl-C. Programs on this machine can use it like any other:",
    "",
    "  towpath broker --topics words,orders:4 --port 9092",
    "",
    "It holds its messages in memory, about 4 MB a partition, and stops with",
    "TP_EMBEDDED_FULL (exit code 1) before one would be lost. It has no authentication,",
    "no transactions and no disk: what it holds is gone with it. Topics that a producer",
    "asks for are made with 4 partitions.",
    "",
    "  --topics LIST   topics to make: names with commas between, NAME:N for one of N",
    "                  partitions (default 1); may be repeated",
    "  --port N        the port of its address (default: any that is free)",
    "  --json          print the address and the topics as JSON",
  ].join("\n"),
  options: {
    topics: { type: "string", multiple: true },
    port: { type: "string" },
    json: { type: "boolean" },
  },
  run: serve,
} as const satisfies Verb;

async function serve(given: VerbArguments): Promise<number> {
  const topics = topicsOf(textsOf(given, "topics"));
  const port = numberOf(given, "port", { min: 1, max: 65_535, whole: true });
  using stop = stopping();
  await using started = await pw.kafka.embedded({ topics });
  // The broker inside the process has a port of its own choice.
  await using _forward = port === undefined ? undefined : await forwardPort(port, started.bootstrap);
  const bootstrap = port === undefined ? started.bootstrap : `127.0.0.1:${port}`;
  console.log(
    given.values.json === true
      ? JSON.stringify({ "bootstrap.servers": bootstrap, topics })
      : introduction(bootstrap, topics),
  );
  await untilAborted(stop.signal, started.failure);
  return 0;
}

/** `a,b:4` as topics and their partitions. Whether a name or a number is possible says `pw.kafka.embedded`. */
function topicsOf(lists: readonly string[]): Record<string, number> {
  const words = lists.flatMap((list) => list.split(",")).filter((word) => word !== "");
  return Object.fromEntries(
    words.map((word) => {
      const [, name, count = "1"] = /^([^:]+)(?::(\d{1,9}))?$/.exec(word) ?? [];
      if (name !== undefined) return [name, Number(count)];
      throw usage(
        `--topics does not take ${JSON.stringify(word)}`,
        "Give names, or NAME:PARTITIONS, with commas between: --topics words,orders:4.",
      );
    }),
  );
}

function introduction(bootstrap: string, topics: Readonly<Record<string, number>>): string {
  const lines = Object.entries(topics).map(
    ([name, count]) => `topic ${name}, ${count === 1 ? "1 partition" : `${count} partitions`}`,
  );
  return [`bootstrap.servers=${bootstrap}`, ...lines, "Ctrl-C ends it, and all that it holds."].join("\n");
}
