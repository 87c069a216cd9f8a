/**
 * Every public operation, reducer, function and method stands in a program of a page, whose output the page shows
 * (`programs.test.ts` compares it). Methods count where the program calls them: it is run, because `filter`, `join` or
 * `sort` in its text may be those of an array.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as pw from "towpath";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Expression } from "../../lib/expressions/expression.ts";
import { NumberMethods } from "../../lib/expressions/number-methods.ts";
import { TextMethods } from "../../lib/expressions/text-methods.ts";
import { TimeMethods } from "../../lib/expressions/time-methods.ts";
import { Grouped } from "../../lib/table/grouping.ts";
import { JoinResult } from "../../lib/table/join-result.ts";
import { TableMethods } from "../../lib/table/table.ts";
import { programs } from "../../scripts/docs/code-blocks.ts";
import { pages } from "../../scripts/docs/pages.ts";
import { mask } from "../../scripts/tidy/mask.ts";
import { methodNames, RecordedCalls } from "../support/recorded-calls.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = `.cache/shown-${process.pid}`;

const classes = {
  table: TableMethods,
  joined: JoinResult,
  grouped: Grouped,
  expression: Expression,
  str: TextMethods,
  num: NumberMethods,
  dt: TimeMethods,
};

const shown = pages
  .flatMap((page) => programs(readFileSync(join(root, page), "utf8")))
  .filter(({ output }) => output !== null);

beforeAll(() => mkdirSync(join(root, folder), { recursive: true }));
afterAll(() => rmSync(join(root, folder), { recursive: true, force: true }));

describe("a page shows", () => {
  it("every function and value of the package in a program", () => {
    const text = shown.map((program) => mask(program.text)).join("\n");
    const names = publicNames(pw);
    expect(names).toEqual(expect.arrayContaining(["ifElse", "ERROR", "reducers.sum", "kafka.read"]));
    expect(names.filter((name) => !new RegExp(`\\bpw\\.${name}\\b`).test(text))).toEqual([]);
  });

  it("every method of tables, joins, groups and expressions in a program", async () => {
    const called = await callsOf(
      shown.filter(({ tags }) => tags.length === 1).map(({ text }) => text),
      "page",
    );
    const names = Object.entries(classes).flatMap(([kind, type]) =>
      methodNames(type).map((name) => `${kind}.${name}`),
    );
    expect(names).toEqual(
      expect.arrayContaining(["table.select", "table.updates", "joined.filter", "str.len"]),
    );
    expect(names.filter((name) => !called.has(name))).toEqual([]);
  });

  it("no method that only an array has, or the library calls for the program", async () => {
    const program = `
      import * as pw from "towpath";
      const t = pw.debug.tableFromMarkdown("a | b\\n 1 | 2");
      t.select({ [["x", "y"].sort().join("")]: t.a.add(t.b) }).reduce({ n: pw.reducers.count() });
    `;
    const called = await callsOf([program], "arrays");
    expect([...called].sort()).toEqual(["expression.add", "table.reduce", "table.select"]);
  });
});

/** The methods that programs call, each run in a graph of its own; what they print is not looked at. */
async function callsOf(texts: readonly string[], name: string): Promise<ReadonlySet<string>> {
  using calls = new RecordedCalls(classes, folder);
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    for (const [i, text] of texts.entries()) {
      const file = join(root, folder, `${name}-${i}.ts`);
      writeFileSync(file, text);
      await pw.graph(() => import(/* @vite-ignore */ file));
    }
  } finally {
    printed.mockRestore();
  }
  return calls.called;
}

/** The names that a module exports, those of its namespaces behind a dot. */
function publicNames(module: object, prefix = ""): string[] {
  return Object.entries(module).flatMap(([name, value]) =>
    typeof value === "object" && value !== null
      ? publicNames(value, `${prefix}${name}.`)
      : [`${prefix}${name}`],
  );
}
