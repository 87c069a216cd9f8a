import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runCommand } from "../../../lib/cli/command.ts";
import type { Verb } from "../../../lib/cli/verb.ts";
import { verbs } from "../../../lib/cli/verbs/index.ts";
import { runScript } from "../../support/script.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs one command line in this process. */
async function towpath(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const out = vi.spyOn(console, "log").mockImplementation(() => {});
  const err = vi.spyOn(console, "error").mockImplementation(() => {});
  out.mockClear();
  err.mockClear();
  const code = await runCommand(words);
  const text = (spy: typeof out) => spy.mock.calls.map(([line]) => `${line}\n`).join("");
  return { code, stdout: text(out), stderr: text(err) };
}

describe("towpath as a program", () => {
  it("demo shows the running sum, whose last is 45, and ends", async () => {
    const args = ["demo", "--interval-ms", "20"];
    const { code, stdout, stderr } = await runScript("lib/cli/main.ts", { args });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const changes = [...stdout.matchAll(/\{"diff":(-?1),"sum":(\d+),"time":\d+\}/g)];
    const sums = [0, 1, 3, 6, 10, 15, 21, 28, 36, 45];
    const expected = sums.flatMap((sum, i) => (i === 0 ? ["1 0"] : [`-1 ${sums[i - 1]}`, `1 ${sum}`]));
    expect(changes.map(([, diff, sum]) => `${diff} ${sum}`)).toEqual(expected);
    expect(stdout.trimEnd().split("\n").slice(-5).join("\n")).toContain('"sum":45');
  }, 60_000);

  it("ends with exit code 2 where it was not understood", async () => {
    const { code, stdout, stderr } = await runScript("lib/cli/main.ts", { args: ["dmeo"] });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^towpath: TP_USAGE: .*\n$/);
  }, 60_000);
});

describe("towpath", () => {
  it("--help lists the verbs, and VERB --help its options", async () => {
    const overview = await towpath("--help");
    expect(overview).toMatchObject({ code: 0, stderr: "" });
    for (const [name, verb] of Object.entries<Verb>(verbs)) {
      expect(overview.stdout).toContain(`  ${name} `);
      const { code, stdout, stderr } = await towpath(name, "--help");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(new RegExp(`^Usage: towpath ${name} `));
      for (const option of Object.keys(verb.options)) expect(stdout).toContain(`--${option} `);
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThan(125);
      expect(await towpath("help", name)).toMatchObject({ code: 0, stdout: expect.stringContaining(stdout) });
    }
  });

  it("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(await towpath("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it.each([
    [["dmeo"], 'there is no verb "dmeo". Did you mean `towpath demo`?'],
    [["toString"], 'there is no verb "toString"'],
    [["--verbose"], 'there is no option "--verbose"'],
    [[], "a verb is missing"],
    [["demo", "--interval"], "unknown option '--interval'. Did you mean --interval-ms?"],
    [["demo", "more"], "unexpected argument 'more'"],
    [["demo", "--interval-ms", "soon"], '--interval-ms is not a whole number that it can take: "soon"'],
    [["explain"], "`towpath explain` needs a script"],
    [
      ["explain", "--format", "flowchart", "x.ts"],
      '--format cannot be "flowchart". Give one of text, mermaid, svg.',
    ],
    [["run", "--monitoring", "nope", "x.ts"], '--monitoring cannot be "nope". Did you mean none?'],
    [["broker", "--topics", "a:b"], '--topics does not take "a:b"'],
    [["generate", "--rate=-1"], '--rate is not a number that it can take: "-1"'],
    [["generate", "--rate", "-1"], "--rate has no value, or one that begins with a dash"],
    [["generate", "--broker", "127.0.0.1:1"], "--topic is missing"],
    [["generate", "--set", "geheim"], "--set is not NAME=VALUE"],
    [["generate", "--format", "raw", "--column", "a=now", "--column", "b=now"], "A raw message is one value"],
    [["generate", "--key", "nobody"], '--key: there is no column "nobody". There are id, word, amount, at.'],
    [["demo", "--interval-ms"], "option '--interval-ms <value>' argument missing"],
  ])("%j is TP_USAGE, exit code 2", async (words, text) => {
    const { code, stdout, stderr } = await towpath(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("towpath: TP_USAGE: ");
    expect(stderr).toContain(text);
    expect(stderr).not.toContain("    at ");
    expect(stderr).not.toContain("geheim");
  });
});
