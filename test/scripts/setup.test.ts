import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const scripts = resolve(import.meta.dirname, "../../scripts");

/**
 * Stands in for npm: says that it was called, takes as long as the file `slow` says, and leaves a small node_modules
 * whose node-rdkafka has the features that the file `features` says.
 */
const fakeNpm = `#!/usr/bin/env node
const fs = require("node:fs");
const features = fs.readFileSync("features", "utf8");
fs.appendFileSync("calls", process.argv.slice(2).join(" ") + "\\n");
fs.writeFileSync("npm.pid", String(process.pid));
fs.rmSync("node_modules", { recursive: true, force: true });
fs.mkdirSync("node_modules/node-rdkafka/build/Release", { recursive: true });
fs.writeFileSync("node_modules/node-rdkafka/index.js", "exports.features = " + features);
fs.writeFileSync("node_modules/node-rdkafka/build/Release/node-librdkafka.node", "");
fs.mkdirSync("node_modules/typescript/bin", { recursive: true });
fs.writeFileSync("node_modules/typescript/bin/tsc", 'require("node:fs").mkdirSync("dist")');
console.log("see https://user:pw@npm.internal.example/x and _authToken=abc123");
setTimeout(() => {
  if (fs.existsSync("fail")) { console.error("npm error it broke"); process.exit(1); }
  fs.copyFileSync("package-lock.json", "node_modules/.package-lock.json");
}, Number(fs.readFileSync("slow", "utf8")));
`;

let root = "";
const running: ChildProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "setup-"));
  mkdirSync(join(root, "scripts"));
  mkdirSync(join(root, "bin"));
  cpSync(join(scripts, "setup.mjs"), join(root, "scripts/setup.mjs"));
  cpSync(join(scripts, "setup"), join(root, "scripts/setup"), { recursive: true });
  write("package.json", '{"type":"commonjs"}');
  write("package-lock.json", '{"packages":{"":{},"node_modules/a":{"version":"1.0.0","integrity":"x"}}}');
  write("features", '["ssl","sasl_scram","lz4","gzip"]');
  write("slow", "0");
  write("bin/npm", fakeNpm);
  chmodSync(join(root, "bin/npm"), 0o755);
});

afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

const write = (name: string, text: string) => writeFileSync(join(root, name), text);
const read = (name: string) => (existsSync(join(root, name)) ? readFileSync(join(root, name), "utf8") : "");
const npmCalls = () => read("calls").split("\n").length - 1;
const environment = () => {
  const { npm_execpath: _, CI: __, ...env } = process.env;
  return { ...env, PATH: `${join(root, "bin")}:${env.PATH}` };
};

/** Runs set-up to its end: exit code and what it said. */
function setUp(args: string[] = [], env: object = {}): { code: number | null; said: string } {
  const result = spawnSync(process.execPath, ["scripts/setup.mjs", ...args], {
    cwd: root,
    env: { ...environment(), ...env },
    encoding: "utf8",
  });
  return { code: result.status, said: result.stdout + result.stderr };
}

function startSetUp(): ChildProcess & { said: string } {
  const child = spawn(process.execPath, ["scripts/setup.mjs"], { cwd: root, env: environment() });
  const started = Object.assign(child, { said: "" });
  child.stderr.on("data", (chunk) => {
    started.said += chunk;
  });
  running.push(child);
  return started;
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error("waited 10 s in vain");
    await sleep(20);
  }
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((done) =>
    child.exitCode === null ? child.on("exit", done) : done(child.exitCode),
  );

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("set-up", () => {
  it("links the package's own programs, which npm does for dependencies only", () => {
    write("package.json", '{"type":"commonjs","bin":{"towpath":"./dist/main.js"}}');
    expect(setUp()).toMatchObject({ code: 0 });
    const link = join(root, "node_modules/.bin/towpath");
    expect(readlinkSync(link)).toBe("../../dist/main.js");
    // As `npm prune` or an install by hand may do.
    rmSync(link);
    expect(setUp()).toMatchObject({ code: 0 });
    expect(readlinkSync(link)).toBe("../../dist/main.js");
  });

  it("installs once, and then has nothing to do or say", () => {
    expect(setUp()).toMatchObject({ code: 0 });
    expect(read("calls")).toMatch(/^ci --ignore-scripts=false /);
    expect(existsSync(join(root, "dist"))).toBe(true);
    const startedAt = Date.now();
    expect(setUp()).toEqual({ code: 0, said: "" });
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    expect(npmCalls()).toBe(1);
  });

  it("keeps a log without addresses and credentials", () => {
    setUp();
    expect(read(".cache/setup/install.txt")).toContain("see <url> and _authToken=<secret>");
  });

  it.each([
    ["the lock file", () => write("package-lock.json", '{"packages":{"":{}}}')],
    ["the Node ABI in the stamp", () => edit(".cache/setup/packages.stamp", / abi \d+ /, " abi 1 ")],
    ["the compiled client", () => rmSync(join(root, "node_modules/node-rdkafka/build"), { recursive: true })],
    ["node_modules", () => rmSync(join(root, "node_modules"), { recursive: true })],
  ])("installs again when %s changed", (_, change) => {
    setUp();
    change();
    expect(setUp().code).toBe(0);
    expect(npmCalls()).toBe(2);
    expect(setUp()).toEqual({ code: 0, said: "" });
  });

  it("takes over what npm ci brought by hand", () => {
    spawnSync("npm", ["ci"], { cwd: root, env: environment() });
    expect(setUp().code).toBe(0);
    expect(npmCalls()).toBe(1);
  });

  it("takes over what npm brought by hand later on", () => {
    setUp();
    write("package-lock.json", '{"packages":{"":{}}}');
    spawnSync("npm", ["install"], { cwd: root, env: environment() });
    expect(setUp().code).toBe(0);
    expect(npmCalls()).toBe(2);
    expect(setUp()).toEqual({ code: 0, said: "" });
  });

  it("recovers when killed in the middle, and takes npm with it", { timeout: 30_000 }, async () => {
    write("slow", "60000");
    const first = startSetUp();
    await until(() => npmCalls() === 1 && read("npm.pid") !== "");
    first.kill("SIGKILL");
    await until(() => !isRunning(Number(read("npm.pid"))));
    write("slow", "0");
    // Whole to look at, but not to be trusted: npm was still at work on it.
    write("node_modules/.package-lock.json", read("package-lock.json"));
    expect(setUp().code).toBe(0);
    expect(npmCalls()).toBe(2);
    expect(setUp()).toEqual({ code: 0, said: "" });
  });

  it("stops at once on SIGTERM", { timeout: 30_000 }, async () => {
    write("slow", "60000");
    const first = startSetUp();
    await until(() => read("npm.pid") !== "");
    first.kill("SIGTERM");
    expect(await ended(first)).toBe(143);
    await until(() => !isRunning(Number(read("npm.pid"))));
  });

  it("waits while another one is at work", { timeout: 30_000 }, async () => {
    write("slow", "1500");
    const both = [startSetUp(), startSetUp()];
    expect(await Promise.all(both.map(ended))).toEqual([0, 0]);
    expect(both.map((one) => one.said).join("")).toContain("is at work: waiting for it");
    expect(npmCalls()).toBe(1);
  });

  it("says what went wrong when npm fails, and tries again next time", () => {
    write("fail", "");
    const { code, said } = setUp();
    expect(code).toBe(1);
    expect(said).toContain("npm error it broke");
    rmSync(join(root, "fail"));
    expect(setUp().code).toBe(0);
    expect(npmCalls()).toBe(2);
  });

  it("names the packages that bring what is missing, before it installs anything", () => {
    const { code, said } = setUp([], { PATH: join(root, "bin") });
    expect(code).toBe(1);
    expect(said).toMatch(/a C compiler is missing.*build-essential.*gcc.*xcode-select/);
    expect(said).toMatch(/sudo apt-get install .*python3 libssl-dev zlib1g-dev/);
    expect(npmCalls()).toBe(0);
  });

  it("warns of a missing Java and Maven before tests, and fails where CI is set", () => {
    setUp();
    const without = { PATH: join(root, "bin"), JAVA_HOME: root };
    const { code, said } = setUp(["--for-tests"], without);
    expect(code).toBe(0);
    expect(said).toMatch(/warning: Java 17 or newer is missing.*openjdk-17.*will be skipped/);
    expect(said).toMatch(/warning: Maven is missing.*will be skipped/);
    expect(setUp([], without)).toEqual({ code: 0, said: "" });
    expect(setUp(["--for-tests"], { ...without, CI: "true" })).toMatchObject({ code: 1 });
  });

  it("refuses a librdkafka without TLS, however often it is asked, until it was built anew", () => {
    write("features", '["gzip","lz4"]');
    for (let i = 0; i < 2; i++) {
      const { code, said } = setUp();
      expect(code).toBe(1);
      expect(said).toMatch(/built without ssl, sasl_scram[\s\S]*libssl-dev/);
    }
    write("features", '["ssl","sasl_scram","lz4"]');
    expect(setUp().code).toBe(0);
    expect(npmCalls()).toBe(3);
  });
});

function edit(name: string, pattern: RegExp, text: string): void {
  const before = read(name);
  const after = before.replace(pattern, text);
  expect(after).not.toBe(before);
  write(name, after);
}
