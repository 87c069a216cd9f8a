/** The package as users get it: installed into empty projects by npm and pnpm, scripts allowed and blocked. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EmptyProject, type Outcome } from "../support/empty-project.ts";
import { packageRegistry } from "../support/package-registry.ts";

const PNPM = "pnpm@10.34.9";

const wordcount = `
import * as pw from "towpath";

const broker = await pw.kafka.embedded({ topics: { words: 4 } });
await pw.graph(() => {
  const words = pw.input(pw.schema({ word: "str" }));
  pw.kafka.write(words, broker.settings, { topicName: "words", envelope: "row" });
  for (const word of ["boat", "horse", "boat"]) words.insert({ word });
  words.commit();
  words.close();
  return pw.run({ monitoring: "none" });
});
await pw.graph(() => {
  const schema = pw.schema({ word: "str" });
  const words = pw.kafka.read(broker.settings, { topicNames: ["words"], format: "json", schema, mode: "static" });
  const counts = words.groupBy(words.word).reduce({ word: words.word, count: pw.reducers.count() });
  pw.subscribe(counts, { onChange: ({ row }) => console.log(row.word, row.count) });
  return pw.run({ monitoring: "in-out" });
});
await broker[Symbol.asyncDispose]();
`;

let work = "";
let registry: Awaited<ReturnType<typeof packageRegistry>>;
let pnpm: string | null = null;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "towpath-package-"));
  registry = await packageRegistry(work);
  pnpm = findPnpm();
}, 300_000);

afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(work, { recursive: true, force: true });
});

/** A folder with pnpm in it: the one thing here that comes from the network, once. Null where it did not come. */
function findPnpm(): string | null {
  const prefix = fileURLToPath(new URL("../../.cache/pnpm", import.meta.url));
  const bin = join(prefix, "node_modules/.bin");
  if (existsSync(join(bin, "pnpm"))) return bin;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  try {
    const args = ["install", "--prefix", prefix, "--no-save", "--no-package-lock", "--prefer-offline", PNPM];
    execFileSync("npm", args, { env, stdio: "pipe", timeout: 60_000 });
  } catch {
    return null;
  }
  return existsSync(join(bin, "pnpm")) ? bin : null;
}

function project(name: string): EmptyProject {
  const made = new EmptyProject(work, name, registry.url);
  made.write("wordcount.mjs", wordcount);
  return made;
}

const counted = expect.stringMatching(/^(?=[\s\S]*boat 2)(?=[\s\S]*horse 1)/);

/** The script runs, and its messages came packed. */
async function expectPacked(made: EmptyProject): Promise<void> {
  const outcome = await made.run("node wordcount.mjs", { TOWPATH_INGEST: "packed" });
  expect(outcome).toEqual({ code: 0, text: counted });
  // Such as a deprecated function of Node's would bring.
  expect(outcome.text).not.toContain("Warning");
}

/** The first command that a message names between backticks. */
function namedCommand({ text }: Outcome): string {
  const command = /`([^`]+)`/.exec(text)?.[1];
  if (command === undefined) throw new Error(`no command in: ${text}`);
  return command;
}

describe("npm", () => {
  it.each([["hoisted"], ["nested"]])(
    "installs it %s, and everything is there",
    async (strategy) => {
      const made = project(`npm-${strategy}`);
      const installed = await made.run(`npm install towpath --install-strategy=${strategy}`);
      expect(installed, installed.text).toMatchObject({ code: 0 });
      const nested = join(made.folder, "node_modules/towpath/node_modules/node-rdkafka");
      expect(existsSync(nested)).toBe(strategy === "nested");
      await expectPacked(made);
      const demo = await made.run("npx towpath demo --interval-ms 0");
      expect(demo).toEqual({ code: 0, text: expect.stringContaining('"sum":45') });
    },
    120_000,
  );

  it("without install scripts: says what builds the client, and that works; the store needs no build", async () => {
    const made = project("npm-blocked");
    await made.run("npm install towpath --ignore-scripts");
    await expectBlockedThenBuilt(made);
    await expectStore(made);
  }, 300_000);
});

/** Fails before the named command has run, and works afterwards. */
async function expectBlockedThenBuilt(made: EmptyProject, env: Record<string, string> = {}): Promise<void> {
  const blocked = await made.run("node wordcount.mjs");
  expect(blocked).toEqual({ code: 1, text: expect.stringContaining("TP_KAFKA_NATIVE_MISSING") });
  const built = await made.run(namedCommand(blocked), env);
  expect(built, built.text).toMatchObject({ code: 0 });
  await expectPacked(made);
}

/** lmdb brings its compiled parts as packages, so that it works where install scripts were blocked. */
async function expectStore(made: EmptyProject): Promise<void> {
  made.write(
    "store.mjs",
    `import { realpathSync } from "node:fs";
     import { createRequire } from "node:module";
     const { open } = createRequire(realpathSync("node_modules/towpath/package.json"))("lmdb");
     const store = open({ path: "store" });
     await store.put("key", { kept: true });
     console.log(JSON.stringify(store.get("key")));
     await store.close();`,
  );
  expect(await made.run("node store.mjs")).toEqual({ code: 0, text: '{"kept":true}\n' });
}

describe("pnpm", () => {
  it("leaves install scripts out: says what builds the client, and that works", async ({ skip }) => {
    if (pnpm === null) return skip(`${PNPM} is not there and could not be fetched`);
    const made = project("pnpm");
    const path = { PATH: `${pnpm}:${process.env.PATH}` };
    const installed = await made.run("pnpm add towpath", path);
    expect(installed, installed.text).toMatchObject({ code: 0 });
    await expectBlockedThenBuilt(made, path);
    await expectStore(made);
    const demo = await made.run("pnpm exec towpath demo --interval-ms 0", path);
    expect(demo).toEqual({ code: 0, text: expect.stringContaining('"sum":45') });
  }, 300_000);
});

describe("a platform without a prebuilt reader", () => {
  it("reads the plain way with one line that names the command, which builds it", async () => {
    const made = project("no-prebuilt");
    await made.run("npm install towpath");
    const prebuilt = join(made.folder, "node_modules/towpath/connectors/kafka/native/prebuilt");
    for (const target of readdirSync(prebuilt)) {
      const file = join(prebuilt, target, "towpath_kafka.node");
      // As one for another libc: the loader refuses it.
      if (existsSync(file)) writeFileSync(file, "not for this system");
    }
    const refused = await made.run("node wordcount.mjs");
    expect(refused).toEqual({ code: 0, text: counted });
    expect(refused.text).toContain("the packed Kafka reader could not be loaded");
    rmSync(prebuilt, { recursive: true });
    const plain = await made.run("node wordcount.mjs");
    expect(plain).toEqual({ code: 0, text: counted });
    const lines = plain.text.split("\n").filter((line) => line.includes("read one by one"));
    expect(lines).toHaveLength(1);
    expect(namedCommand(plain)).toBe("npx towpath build-native");
    const built = await made.run(namedCommand(plain));
    expect(built).toMatchObject({ code: 0, text: expect.stringContaining("built the packed Kafka reader") });
    await expectPacked(made);
  }, 300_000);
});
