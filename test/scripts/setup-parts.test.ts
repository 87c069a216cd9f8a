import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isStale, takeLock } from "../../scripts/setup/lock.mjs";
import {
  checkFeatures,
  installArguments,
  installEnvironment,
  neededFeatures,
  samePackages,
} from "../../scripts/setup/packages.mjs";
import {
  buildPrerequisites,
  describeMissing,
  findMissing,
  installCommands,
  javaMajor,
  nodeTooOld,
  testPrerequisites,
} from "../../scripts/setup/prerequisites.mjs";
import { startTicks } from "../../scripts/setup/processes.mjs";
import { gist } from "../../scripts/setup/run-logged.mjs";
import { scrub } from "../../scripts/setup/say.mjs";
import { contentHash, listingHash, platformOf } from "../../scripts/setup/stamp.mjs";
import { countResults, describeSkipped } from "../../scripts/test-results.mjs";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "setup-parts-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("prerequisites", () => {
  it("name the package for each system, and one command for all", () => {
    const missing = findMissing(buildPrerequisites, (id) =>
      id === "openssl" || id === "c++" ? "not there" : null,
    );
    expect(missing.map(describeMissing)).toEqual([
      "a C++ compiler that knows C++20 is missing (not there): node-rdkafka is C++. Install it with Debian/Ubuntu: build-essential; Fedora: gcc-c++; macOS: xcode-select --install",
      "the OpenSSL headers are missing (not there): without them librdkafka builds silently without SASL_SSL and SCRAM. Install it with Debian/Ubuntu: libssl-dev; Fedora: openssl-devel; macOS: brew install openssl@3",
    ]);
    expect(installCommands(missing)).toEqual([
      "Debian/Ubuntu: sudo apt-get install build-essential libssl-dev",
      "Fedora:        sudo dnf install gcc-c++ openssl-devel",
      "macOS:         xcode-select --install; brew install openssl@3",
    ]);
  });

  it("cover compiler, make, Python, headers; Java and Maven for the tests", () => {
    const ids = (list: { id: string }[]) => list.map(({ id }) => id);
    expect(ids(buildPrerequisites)).toEqual(["cc", "c++", "make", "bash", "python", "openssl", "zlib"]);
    expect(ids(testPrerequisites)).toEqual(["java", "maven"]);
  });

  it("know the floor of Node", () => {
    expect(nodeTooOld("20.18.3")).toContain("Node 20.18.3 is too old");
    expect(nodeTooOld("18.20.0")).toContain("20.19");
    for (const version of ["20.19.0", "20.20.2", "22.0.0", "26.1.0"]) expect(nodeTooOld(version)).toBeNull();
  });

  it("read Java's version", () => {
    expect(javaMajor('openjdk version "17.0.15" 2025-04-15')).toBe(17);
    expect(javaMajor('java version "1.8.0_402"')).toBe(8);
    expect(javaMajor('openjdk version "21" 2023-09-19')).toBe(21);
    expect(javaMajor("no java here")).toBeNull();
  });
});

describe("the lock", () => {
  const lock = () => join(dir, "lock");
  const deadPid = () => spawnSync(process.execPath, ["-e", ""]).pid;
  const text = (parts: object) => JSON.stringify({ pid: process.pid, host: hostname(), ...parts });

  it("is given back, and then free", async () => {
    for (let i = 0; i < 2; i++) {
      const giveBack = await takeLock(lock());
      expect(JSON.parse(readFileSync(lock(), "utf8")).pid).toBe(process.pid);
      giveBack();
      giveBack();
      expect(() => readFileSync(lock())).toThrow();
    }
  });

  it("is held by one at a time", async () => {
    const order: string[] = [];
    const giveBack = await takeLock(lock());
    const second = takeLock(lock()).then((give) => {
      order.push("second");
      give();
    });
    await new Promise((done) => setTimeout(done, 500));
    order.push("first");
    giveBack();
    await second;
    expect(order).toEqual(["first", "second"]);
  });

  it.each([
    ["of a dead process", () => text({ pid: deadPid(), ticks: 1 })],
    ["of a process whose number was given out again", () => text({ ticks: 1 })],
  ])("%s is taken over", async (_, left) => {
    writeFileSync(lock(), left());
    (await takeLock(lock()))();
  });

  it("of a living process is not stale", () => {
    writeFileSync(lock(), "");
    expect(isStale(lock(), text({ ticks: startTicks(process.pid) }))).toBe(false);
    expect(isStale(lock(), text({ ticks: null }))).toBe(false);
  });

  it("of another host, or unreadable, is stale when nobody touched it for a minute", () => {
    for (const left of [text({ host: "elsewhere" }), "", "null", "{}"]) {
      writeFileSync(lock(), left);
      expect(isStale(lock(), left)).toBe(false);
      utimesSync(lock(), new Date(), new Date(Date.now() - 61_000));
      expect(isStale(lock(), left)).toBe(true);
    }
  });
});

describe("the stamp", () => {
  it("changes with contents, names, ABI, platform, architecture and libc", () => {
    const hash = () => contentHash(dir, ["a", "b"]);
    const seen = new Set([hash()]);
    writeFileSync(join(dir, "a"), "");
    seen.add(hash());
    writeFileSync(join(dir, "a"), "1");
    seen.add(hash());
    writeFileSync(join(dir, "b"), "1");
    seen.add(hash());
    expect(seen.size).toBe(4);
    expect(contentHash(dir, ["b", "a"])).not.toBe(hash());
    const node = { versions: { modules: "115" }, platform: "linux", arch: "x64" };
    expect(platformOf(node, "musl")).toBe("abi 115 linux x64 musl");
    expect(platformOf()).toContain(`abi ${process.versions.modules} ${process.platform} ${process.arch}`);
  });

  it("sees saved, added and removed files of a listing, and only those that match", () => {
    const hash = () => listingHash(dir, ["lib"], /\.ts$/);
    const empty = hash();
    spawnSync("mkdir", ["-p", join(dir, "lib/deep")]);
    writeFileSync(join(dir, "lib/deep/a.ts"), "1");
    const one = hash();
    writeFileSync(join(dir, "lib/deep/a.md"), "1");
    expect(hash()).toBe(one);
    utimesSync(join(dir, "lib/deep/a.ts"), new Date(), new Date(1_000));
    expect(new Set([empty, one, hash()]).size).toBe(3);
    rmSync(join(dir, "lib/deep/a.ts"));
    expect(hash()).toBe(empty);
  });
});

describe("packages", () => {
  it("compares node_modules with the lock file", () => {
    const wanted = {
      "": { version: "0.1.0" },
      a: { version: "1.0.0", integrity: "x" },
      b: { version: "1.0.0", optional: true },
    };
    const a = { version: "1.0.0", integrity: "x" };
    expect(samePackages(wanted, { a })).toBe(true);
    expect(samePackages(wanted, { a, b: { version: "2.0.0" } })).toBe(false);
    expect(samePackages(wanted, {})).toBe(false);
    expect(samePackages(wanted, { a: { ...a, integrity: "y" } })).toBe(false);
  });

  it("uses Node's own headers where they are, and all processors", () => {
    const env = installEnvironment({ A: "1" }, join("/opt", "node", "bin", "node"), () => true);
    expect(env).toMatchObject({ A: "1", npm_config_nodedir: join("/opt", "node") });
    expect(Number(env.JOBS)).toBeGreaterThan(0);
    expect(readFileSync(env.MAKEFILES, "utf8")).toContain("config.h");
    expect(installEnvironment({}, process.execPath, () => false)).not.toHaveProperty("npm_config_nodedir");
  });

  it("does not let a user's npm configuration leave things out", () => {
    expect(installArguments).toEqual(
      expect.arrayContaining(["--ignore-scripts=false", "--include=dev", "--include=optional"]),
    );
  });

  it("checks the features of librdkafka", () => {
    expect(() => checkFeatures({ features: [...neededFeatures, "gzip"] })).not.toThrow();
    expect(() => checkFeatures({ features: ["ssl", "lz4"] })).toThrow(/without sasl_scram.*libssl-dev/s);
    expect(() => checkFeatures({ features: [], reason: "Error: no such file" })).toThrow(
      "Error: no such file",
    );
  });

  it("keeps the lock file free of addresses, and every version exact", () => {
    const root = resolve(import.meta.dirname, "../..");
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    expect(Object.values(packages).filter((entry) => "resolved" in (entry as object))).toEqual([]);
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const version of Object.values({ ...dependencies, ...devDependencies })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    }
  });
});

describe("what is printed", () => {
  it("holds no address and no credential", () => {
    const text = [
      "GET https://me:pw@npm.corp.example/a failed",
      "//npm.corp.example:8443/:_authToken=abc",
      "getaddrinfo ENOTFOUND npm.corp.example",
      '"password": "hunter2" Bearer eyJx',
      "registry = npm.corp.example",
    ].join("\n");
    expect(scrub(text)).not.toMatch(/corp|pw|abc|hunter2|eyJx/);
    expect(scrub("gcc -c rdkafka_conf.c -o rdkafka_conf.o // done")).toBe(
      "gcc -c rdkafka_conf.c -o rdkafka_conf.o // done",
    );
  });

  it("is the complaints and the end of a log", () => {
    const log = [
      "line",
      "a.c:1: error: no b",
      ...Array(30).fill("more"),
      "make: *** [all] Error 2",
      "bye",
    ].join("\n");
    const said = gist(log).split("\n");
    expect(said.slice(0, 3)).toEqual(["a.c:1: error: no b", "make: *** [all] Error 2", "…"]);
    expect(said.at(-1)).toBe("bye");
    expect(said.length).toBeLessThan(15);
  });

  it("counts tests; a file that failed without a failed test is one failure", () => {
    const test = (status: string) => ({ status, fullName: status });
    const testResults = [
      {
        name: "/x/a.test.ts",
        status: "failed",
        assertionResults: [test("passed"), test("failed"), test("skipped")],
      },
      { name: "/x/b.test.ts", status: "failed", assertionResults: [] },
      { name: "/x/c.test.ts", status: "passed", assertionResults: [test("passed"), test("todo")] },
    ];
    expect(countResults({ testResults })).toEqual({ passed: 2, failed: 2, skipped: 2 });
    expect(describeSkipped({ testResults }, "/x")).toEqual([
      'Skipped in a.test.ts: "skipped"',
      'Skipped in c.test.ts: "todo"',
    ]);
  });
});
