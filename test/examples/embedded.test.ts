/** The examples without a server: on a broker inside their process, which they feed and read themselves. */
import { describe, expect, it } from "vitest";
import { runScript } from "../support/script.ts";

const timeoutMs = 60_000;

/** What was printed, with every time as its distance to the first of its line. */
function lines(text: string): string[] {
  return text.trimEnd().split("\n").map(withoutTimes);
}

function withoutTimes(line: string): string {
  const first = Number(/"time":(\d+)/.exec(line)?.[1]);
  return line.replace(/"time":(\d+)/g, (_, time) => `"time":${Number(time) - first}`);
}

/** The messages of topic sum for the commits 0, 1, … 9, one each. */
function sums(): string[] {
  const messages = ['[{"diff":1,"sum":0,"time":0}]'];
  for (let i = 1, sum = 0; i < 10; sum += i, i++)
    messages.push(`[{"diff":-1,"sum":${sum},"time":0},{"diff":1,"sum":${sum + i},"time":0}]`);
  return messages;
}

describe("examples/realtime-kafka.ts", () => {
  it(
    "sends the stream, shows the messages of topic sum as they are, and ends",
    async () => {
      const { code, stdout, stderr } = await runScript("examples/realtime-kafka.ts", {
        env: { INTERVAL_MS: "50" },
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const written = lines(stdout).filter((line) => line.startsWith("sum → "));
      expect(written).toEqual(sums().map((message) => `sum → ${message}`));
      const sent = lines(stdout).filter((line) => line.startsWith("connector_example ← "));
      expect(sent.length).toBe(21);
    },
    timeoutMs,
  );
});

describe("examples/generating-kafka-stream.ts", () => {
  it(
    "sends the header, then ten numbers with a commit each",
    async () => {
      const env = { START_MS: "0", INTERVAL_MS: "0" };
      const { code, stdout, stderr } = await runScript("examples/generating-kafka-stream.ts", { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const numbers = Array.from({ length: 10 }, (_, i) => [`${i}`, "*COMMIT*"]).flat();
      const sent = lines(stdout).filter((line) => line.startsWith("connector_example ← "));
      expect(sent).toEqual(["value", ...numbers].map((message) => `connector_example ← ${message}`));
    },
    timeoutMs,
  );
});

describe("examples/wordcount.ts", () => {
  it(
    "keeps the counts of the words",
    async () => {
      const { code, stdout, stderr } = await runScript("examples/wordcount.ts", {
        env: { COMMIT_EVERY_MS: "50", IN_TOPIC: "in", OUT_TOPIC: "out" },
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const counts = new Map<string, number>();
      for (const line of stdout
        .trimEnd()
        .split("\n")
        .filter((text) => text.startsWith("out → "))) {
        for (const { word, count, diff } of JSON.parse(line.slice("out → ".length))) {
          counts.set(word, (counts.get(word) ?? 0) + count * diff);
        }
      }
      const expected = { the: 4, horse: 2, walks: 1, path: 1, boat: 1, follows: 1 };
      expect(Object.fromEntries(counts)).toEqual(expected);
    },
    timeoutMs,
  );
});
