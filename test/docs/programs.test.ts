/**
 * Every program on a page compiles, and prints what the page says that it prints. One tagged `kafka` finds in its topics
 * the messages of the page, and in place of localhost:9092 a broker of its own.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { embedded } from "../../connectors/kafka/embedded/embedded.ts";
import { type Program, programs } from "../../scripts/docs/code-blocks.ts";
import { pages } from "../../scripts/docs/pages.ts";
import { javaScriptOf } from "../support/compiled.ts";
import { consume, produce } from "../support/kafka/clients.ts";
import { runScript, Script, writeProgram } from "../support/script.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
// In the checkout, where "towpath" means the sources.
const folder = `.cache/docs-${process.pid}`;

const found = pages.flatMap((page) =>
  programs(readFileSync(join(root, page), "utf8")).map((program) => ({
    program,
    name: `${page}, line ${program.line}`,
    file: `${page.replace(/\W/g, "-").toLowerCase()}-${program.line}`,
  })),
);

beforeAll(() => {
  mkdirSync(join(root, folder), { recursive: true });
  for (const { program, file } of found) writeFileSync(join(root, folder, `${file}.ts`), program.text);
  const config = { extends: "../../tsconfig.json", include: ["*.ts"] };
  writeFileSync(join(root, folder, "tsconfig.json"), JSON.stringify(config));
});
afterAll(() => rmSync(join(root, folder), { recursive: true, force: true }));

describe("the programs of the pages", () => {
  it("are there", () => expect(found.length).toBeGreaterThanOrEqual(3));

  it("compile", async () => {
    const tsc = "node_modules/typescript/bin/tsc";
    const said = await new Promise<string>((resolve) => {
      const args = [tsc, "--noEmit", "--pretty", "false", "-p", `${folder}/tsconfig.json`];
      execFile(process.execPath, args, { cwd: root }, (_, stdout) => resolve(stdout));
    });
    expect(said.split("\n").filter((line) => line.startsWith(folder))).toEqual([]);
  }, 60_000);

  it.each(found.filter(({ program }) => program.tags.length === 1))(
    "$name prints what the page says",
    async ({ program, file }) => {
      const { code, stdout, stderr } = await runScript(written(file, program.text));
      expect({ code, stderr }).toEqual({ code: 0, stderr: program.log });
      expect(stdout).toBe(program.output ?? "");
    },
    60_000,
  );

  it.each(found.filter(({ program }) => program.tags.includes("kafka")))(
    "$name prints what the page says of the messages before it",
    async ({ program, file }) => {
      await using broker = await embedded({ topics: topicsOf(program) });
      for (const { topic, ...message } of program.messages) {
        await produce(broker.settings as Record<string, string>, topic, [message]);
      }
      expect(program.text).toContain(shownBroker);
      const text = program.text.replaceAll(shownBroker, broker.bootstrap);
      const { code, stdout, stderr } = await runScript(written(file, text));
      expect({ code, stderr }).toEqual({ code: 0, stderr: program.log });
      expect(stdout).toBe(program.output ?? "");
    },
    60_000,
  );

  it.each(found.filter(({ program }) => program.tags.includes("stream")))(
    "$name writes to Kafka what the page says",
    async ({ program, file }) => {
      await using broker = await embedded({ topics: ["connector_example", "sum"] });
      const script = new Script(written(file, withSettings(program, broker.bootstrap)));
      const env = { KAFKA_BOOTSTRAP_SERVERS: broker.bootstrap, START_MS: "0", INTERVAL_MS: "50" };
      expect((await runScript("examples/generating-kafka-stream.ts", { env })).code).toBe(0);
      const expected = (program.output ?? "").trimEnd().split("\n");
      const messages = await consume(broker.settings as Record<string, string>, "sum", {
        count: expected.length,
      });
      expect(messages.map(({ value }) => withoutTimes(String(value)))).toEqual(expected.map(withoutTimes));
      script.signal("SIGTERM");
      expect((await script.ended).code).toBe(0);
    },
    60_000,
  );
});

/** Writes what is to be run; returns its path. */
function written(file: string, text: string): string {
  return writeProgram("docs", `${file}.js`, javaScriptOf(text));
}

/** The broker of programs tagged `kafka`. */
const shownBroker = "localhost:9092";

/** Topics by name, with as many partitions as the page's messages need. */
function topicsOf({ messages }: Program): Record<string, number> {
  const topics: Record<string, number> = {};
  for (const { topic, partition } of messages) topics[topic] = Math.max(topics[topic] ?? 1, partition + 1);
  return topics;
}

/** The page's program with this broker's settings in place of its own. */
function withSettings({ text }: Program, bootstrap: string): string {
  const settings = /(const rdkafkaSettings = )\{[^}]*\}/;
  expect(text).toMatch(settings);
  return text.replace(settings, `$1${JSON.stringify({ "bootstrap.servers": bootstrap })}`);
}

/** Times differ from run to run: the first of a message becomes 0, and others their distance to it. */
function withoutTimes(message: string): string {
  const first = Number(/"time":(\d+)/.exec(message)?.[1]);
  return message.replace(/"time":(\d+)/g, (_, time) => `"time":${Number(time) - first}`);
}
