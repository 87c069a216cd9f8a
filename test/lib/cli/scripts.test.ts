/** The verbs that run something until it ends or is stopped, as programs of their own. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { MessageSender } from "../../../connectors/kafka/produce/message-sender.ts";
import { compiled, runScript, Script, writeProgram } from "../../support/script.ts";

const timeoutMs = 120_000;

/** Writes a script; returns its path. */
function script(name: string, ...lines: string[]): string {
  return writeProgram("cli", name, lines.join("\n"));
}

const towpath = (...args: string[]) => runScript("lib/cli/main.ts", { args });

const wordsProgram = [
  'import * as pw from "towpath";',
  "const input = pw.input(pw.schema({ n: 'int' }));",
  "pw.subscribe(input.select((c) => ({ half: pw.ifElse(c.n.eq(0), c.n.div(0), c.n.div(2)) })), {",
  "  onChange: ({ row }) => console.log(JSON.stringify(row)),",
  "});",
];

describe("towpath run", () => {
  it(
    "runs TypeScript, with the script's own arguments and exit code",
    async () => {
      const path = script(
        "args.ts",
        "const words: readonly string[] = process.argv;",
        "console.log(JSON.stringify([words[1] === import.meta.filename, ...words.slice(2)]));",
        "process.exitCode = 3;",
      );
      const { code, stdout, stderr } = await towpath("run", path, "--help", "--monitoring", "a b");
      expect({ code, stdout, stderr }).toEqual({
        code: 3,
        stdout: '[true,"--help","--monitoring","a b"]\n',
        stderr: "",
      });
    },
    timeoutMs,
  );

  it(
    "fails where the script fails: an error of ours in a line, others with their stack",
    async () => {
      const failing = script(
        "failing.ts",
        ...wordsProgram,
        "input.insert({ n: 0 }); input.close();",
        "await pw.run();",
      );
      const own = await towpath("run", "--monitoring", "none", failing);
      expect({ code: own.code, stdout: own.stdout }).toEqual({ code: 1, stdout: "" });
      expect(own.stderr).toMatch(/^towpath: TP_VALUE_FAILED: .*\n$/);
      const other = await towpath("run", script("throwing.ts", "", "throw new RangeError('oh');"));
      expect(other.code).toBe(1);
      expect(other.stderr).toMatch(/RangeError: oh\n[\s\S]*throwing\.ts:2/);
      const absent = await towpath("run", "nobody.ts");
      expect(absent.code).toBe(1);
      expect(absent.stderr).toContain("TP_FILE_ABSENT: there is no script");
    },
    timeoutMs,
  );

  it(
    "--on-error and --monitoring win over the script's options",
    async () => {
      const path = script(
        "options.ts",
        ...wordsProgram,
        "input.insert({ n: 0 }); input.insert({ n: 4 }); input.close();",
        'await pw.run({ onError: "fail", monitoring: "in-out" });',
      );
      const { code, stdout } = await towpath("run", "--monitoring", "none", "--on-error", "report", path);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '{"half":2}\n' });
    },
    timeoutMs,
  );

  it(
    "tells of a script that waits for ever",
    async () => {
      const path = script("stuck.ts", "await new Promise(() => {});");
      const { code, stderr } = await towpath("run", path);
      expect(code).toBe(13);
      expect(stderr).toContain("stuck.ts waits for something that can never happen");
      const explained = await towpath("explain", path);
      expect(explained.code).toBe(1);
      expect(explained.stderr).toContain("TP_SCRIPT_WITHOUT_RUN");
    },
    timeoutMs,
  );

  it(
    "ends a run in order on SIGINT",
    async () => {
      const path = script(
        "endless.ts",
        ...wordsProgram,
        // Otherwise nothing could feed the input any more.
        "const feeding = setInterval(() => {}, 1000);",
        "input.insert({ n: 2 }); input.commit();",
        "const { reason } = await pw.run({ monitoring: 'none' });",
        "console.log(reason);",
        "clearInterval(feeding);",
      );
      const running = new Script("lib/cli/main.ts", { args: ["run", path] });
      await vi.waitFor(() => expect(running.printed).toContain("half"), { timeout: 60_000 });
      running.signal("SIGINT");
      expect(await running.ended).toEqual({ code: 0, stdout: '{"half":1}\nstopped\n', stderr: "" });
    },
    timeoutMs,
  );
});

describe("towpath explain", () => {
  it(
    "prints the plan of an example, and the defaults that are changed, and exits",
    async () => {
      const { code, stdout, stderr } = await runScript("lib/cli/main.ts", {
        args: ["explain", "examples/wordcount.ts"],
        fromSource: true,
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^#1 source kafka "words" {2}\(examples\/wordcount\.ts:\d+\)\n {3}→ word str\n/);
      expect(stdout).toContain("defaults changed: fetch.queue.backoff.ms=1, ");
      expect(stdout).toMatch(/#2 groupBy word: count\(\) .*\n {3}reads #1\n {3}→ word str, count int\n/);
      expect(stdout).toContain(
        "defaults changed: linger.ms=5, batch.num.messages=100000, partitioner=murmur2_random\n",
      );
    },
    timeoutMs,
  );

  it(
    "connects nowhere, executes nothing behind pw.run(), and masks secrets",
    async () => {
      let connections = 0;
      const server = createServer((socket) => {
        connections++;
        socket.destroy();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as { port: number };
      const env = { KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${port}`, KAFKA_SASL_PASSWORD: "geheim-geheim" };
      const example = compiled("examples/streaming-aggregation-service.ts");
      const { code, stdout, stderr } = await runScript("lib/cli/main.ts", {
        args: ["explain", "--format", "mermaid", example],
        env,
      });
      server.close();
      expect({ code, stderr, connections }).toEqual({ code: 0, stderr: "", connections: 0 });
      expect(stdout).toMatch(/^flowchart TD\n {2}n1\(\["source kafka #quot;orders#quot;<br\/>/);
      expect(stdout).not.toContain("Totals by region");
      const text = await runScript("lib/cli/main.ts", {
        args: ["explain", compiled("examples/wordcount.ts")],
        env,
      });
      expect(text.stdout).toContain("sasl.password=********");
      expect(text.stdout).not.toContain("geheim");
    },
    timeoutMs,
  );

  it(
    "draws the plan as one picture, which holds each step and its columns",
    async () => {
      const path = script("drawn.ts", ...wordsProgram, "await pw.run();");
      const { code, stdout, stderr } = await towpath("explain", "--format", "svg", path);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*>\n[\s\S]*<\/svg>\n$/);
      const texts = [...stdout.matchAll(/>([^<>]*\S[^<>]*)</g)].map(([, text]) => text).join("\n");
      for (const text of ["source", "select", "output", "half", "drawn.ts"]) expect(texts).toContain(text);
    },
    timeoutMs,
  );

  it(
    "waits for a pw.run() that comes later, and tells where none comes",
    async () => {
      const later = script("later.ts", ...wordsProgram, "setTimeout(() => pw.run(), 20);");
      expect(await towpath("explain", later)).toMatchObject({ code: 0, stderr: "" });
      const { code, stdout, stderr } = await towpath("explain", script("idle.ts", "console.log('here');"));
      expect({ code, stdout }).toEqual({ code: 1, stdout: "here\n" });
      expect(stderr).toMatch(/^towpath: TP_SCRIPT_WITHOUT_RUN: .*idle\.ts.*\n$/);
    },
    timeoutMs,
  );
});

describe("towpath broker", () => {
  /** Starts a broker; resolves with it and its address. */
  async function started(...args: string[]): Promise<{ broker: Script; bootstrap: string }> {
    const broker = new Script("lib/cli/main.ts", { args: ["broker", "--topics", "a,b:4", ...args] });
    const bootstrap = await vi.waitFor(
      () => {
        const address = /"?bootstrap\.servers"?[=:]"?(127\.0\.0\.1:\d+)/.exec(broker.printed)?.[1];
        if (address === undefined) throw new Error(`no address: ${broker.printed}`);
        return address;
      },
      { timeout: 60_000 },
    );
    return { broker, bootstrap };
  }

  it.each(["SIGINT", "SIGTERM"] as const)(
    "has its topics, and ends in order on %s",
    async (signal) => {
      const { broker, bootstrap } = await started("--json");
      const sender = await MessageSender.connect({ "bootstrap.servers": bootstrap }, "b");
      expect(sender.partitions).toBe(4);
      await sender[Symbol.asyncDispose]();
      broker.signal(signal);
      const { code, stdout, stderr } = await broker.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(JSON.parse(stdout)).toEqual({ "bootstrap.servers": bootstrap, topics: { a: 1, b: 4 } });
    },
    timeoutMs,
  );

  it(
    "has the port that it was given, for one broker",
    async () => {
      const free = createServer().listen(0, "127.0.0.1");
      await once(free, "listening");
      const { port } = free.address() as { port: number };
      await new Promise((resolve) => free.close(resolve));
      const { broker, bootstrap } = await started("--port", String(port));
      expect(bootstrap).toBe(`127.0.0.1:${port}`);
      const sender = await MessageSender.connect({ "bootstrap.servers": bootstrap }, "b");
      expect(sender.send(3, null, "here")).toBe(true);
      await sender.flush();
      await sender[Symbol.asyncDispose]();
      const second = await towpath("broker", "--port", String(port));
      expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 1, stdout: "" });
      expect(second.stderr).toContain(`port ${port} cannot be had: EADDRINUSE`);
      broker.signal("SIGINT");
      expect(await broker.ended).toMatchObject({ code: 0, stderr: "" });
    },
    timeoutMs,
  );

  it(
    "stops before a message would be lost",
    async () => {
      const { broker, bootstrap } = await started();
      // What the broker does not answer any more is given up soon.
      const settings = { "bootstrap.servers": bootstrap, "linger.ms": 1, "message.timeout.ms": 3_000 };
      const sender = await MessageSender.connect(settings, "a");
      for (let i = 0; i < 6; i++) sender.send(0, null, "x".repeat(900_000));
      const { code, stderr } = await broker.ended;
      await sender.flush().catch(() => {});
      await sender[Symbol.asyncDispose]();
      expect(code).toBe(1);
      expect(stderr).toContain("towpath: TP_EMBEDDED_FULL: ");
    },
    timeoutMs,
  );
});

it(
  "a reader of stdout that has seen enough is no failure",
  async () => {
    const words = [compiled("lib/cli/main.ts"), "generate", "--rate", "0"];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  },
  timeoutMs,
);

it("is there as a program of the checkout, compiled, which takes scripts of its sources", () => {
  const bin = "node_modules/.bin/towpath";
  const { status, stdout } = spawnSync(bin, ["explain", "examples/wordcount.ts"], { encoding: "utf8" });
  expect({ status, first: stdout.split("\n")[1] }).toEqual({ status: 0, first: "   → word str" });
}, 120_000);
