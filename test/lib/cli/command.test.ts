import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runScript } from "../../support/script.ts";

const main = "lib/cli/main.ts";
const towpath = (...args: string[]) => runScript(main, { args });

describe("towpath", () => {
  it("demo shows the running sum, whose last is 45, and ends", async () => {
    const { code, stdout, stderr } = await towpath("demo", "--interval-ms", "20");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const changes = [...stdout.matchAll(/\{"diff":(-?1),"sum":(\d+),"time":\d+\}/g)];
    const sums = [0, 1, 3, 6, 10, 15, 21, 28, 36, 45];
    const expected = sums.flatMap((sum, i) => (i === 0 ? ["1 0"] : [`-1 ${sums[i - 1]}`, `1 ${sum}`]));
    expect(changes.map(([, diff, sum]) => `${diff} ${sum}`)).toEqual(expected);
    expect(stdout.trimEnd().split("\n").slice(-5).join("\n")).toContain('"sum":45');
  }, 60_000);

  it("--help lists the verbs, and VERB --help its options", async () => {
    const overview = await towpath("--help");
    expect(overview).toMatchObject({ code: 0, stderr: "" });
    expect(overview.stdout).toMatch(/^ {2}demo {2}\S/m);
    const demo = await towpath("demo", "--help");
    expect(demo).toMatchObject({ code: 0, stderr: "" });
    expect(demo.stdout).toContain("--interval-ms");
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
    [["demo", "--interval"], "unknown option '--interval'"],
    [["demo", "more"], "unexpected argument 'more'"],
    [["demo", "--interval-ms", "soon"], '--interval-ms is not a whole number: "soon"'],
  ])("%j is TP_USAGE, exit code 2", async (args, text) => {
    const { code, stdout, stderr } = await towpath(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`towpath: TP_USAGE: `);
    expect(stderr).toContain(text);
    expect(stderr).not.toContain("    at ");
  });
});
