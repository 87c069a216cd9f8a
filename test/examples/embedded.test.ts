/** The examples without a server: on a broker inside their process, which they feed and read themselves. */
import { describe, expect, it, vi } from "vitest";
import { runScript, Script } from "../support/script.ts";

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
        fromSource: true,
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

describe("examples/enrichment.ts", () => {
  it(
    "takes back what was said of a customer's orders when the customer changes",
    async () => {
      const { code, stdout, stderr } = await runScript("examples/enrichment.ts");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const orders = new Map<number, string>();
      for (const line of stdout.split("\n").filter((text) => text.startsWith("enriched → "))) {
        for (const { order, customer, segment, diff } of JSON.parse(line.slice("enriched → ".length))) {
          if (diff > 0) orders.set(order, `${customer} ${segment}`);
          else expect(orders.get(order)).toBe(`${customer} ${segment}`);
        }
      }
      expect(Object.fromEntries(orders)).toEqual({ 100: "Ada wholesale", 101: "Grace wholesale" });
    },
    timeoutMs,
  );
});

describe("examples/dead-letter.ts", () => {
  it(
    "goes on without what it cannot read, which it tells with the reason",
    async () => {
      const { code, stdout } = await runScript("examples/dead-letter.ts");
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^totals → \[\{"account":"A",.*"total":12\.5\},\{"account":"B",.*"total":1\}\]$/m,
      );
      const letters = stdout.split("\n").filter((line) => /^ {2}(?:TP_|payments)/.test(line));
      expect(letters.map((line) => line.trim().split(":")[0])).toEqual([
        ...["TP_ROW_BAD_VALUE", "payments, partition 0, offset 1"],
        ...["TP_ROW_BAD_JSON", "payments, partition 0, offset 3"],
        ...["TP_ROW_MISSING_COLUMN", "payments, partition 0, offset 4"],
      ]);
    },
    timeoutMs,
  );
});

describe("examples/files.ts", () => {
  it(
    "turns CSV into the totals by category, as JSON Lines",
    async () => {
      const { code, stdout, stderr } = await runScript("examples/files.ts");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const [read, ...totals] = stdout.trimEnd().split("\n");
      expect(read).toBe("4 rows read");
      expect(totals.map((line) => JSON.parse(line))).toEqual([
        expect.objectContaining({ category: "tools", diff: 1, sales: 2, total: 19.75 }),
        expect.objectContaining({ category: "books", diff: 1, sales: 2, total: 27.9 }),
      ]);
    },
    timeoutMs,
  );
});

describe("examples/streaming-aggregation-service.ts", () => {
  it(
    "is its own first client for a while, and ends",
    async () => {
      const env = { RUN_SECONDS: "1", PORT: "0" };
      const { code, stdout, stderr } = await runScript("examples/streaming-aggregation-service.ts", { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^Totals by region: http:\/\/127\.0\.0\.1:\d+\n/);
      expect(stdout).toMatch(/\nevent: snapshot\nid: \d+\n/);
      expect(stdout).toMatch(/\nevent: commit\nid: \d+\n/);
      expect(stdout).toMatch(/\nThe last totals:\n(?: {2}\w+: \d+ orders, \d+\.\d\d\n){1,5}$/);
    },
    timeoutMs,
  );

  it(
    "answers requests until it is stopped",
    async () => {
      const service = new Script("examples/streaming-aggregation-service.ts", {
        env: { RUN_SECONDS: "0", PORT: "0" },
      });
      const url = await vi.waitFor(
        () => {
          const found = /^Totals by region: (\S+)$/m.exec(service.printed)?.[1];
          if (found === undefined) throw new Error(`it is not up yet: ${service.printed}`);
          return found;
        },
        { timeout: timeoutMs },
      );
      await vi.waitFor(
        async () => {
          const { rows } = (await (await fetch(`${url}/totals`)).json()) as { rows: readonly unknown[] };
          expect(rows[0]).toMatchObject({ region: "Africa", orders: expect.any(Number) });
        },
        { timeout: 20_000 },
      );
      service.signal("SIGINT");
      expect(await service.ended).toMatchObject({ code: 0, stderr: "" });
    },
    2 * timeoutMs,
  );
});
