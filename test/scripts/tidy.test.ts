import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { importRefused, roomOf, rooms } from "../../scripts/tidy/rooms.ts";
import { tidy } from "../../scripts/tidy.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tidy-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Writes the files and returns the breaches as "file:line rule". */
function breaches(files: Record<string, string>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return tidy(root).map(({ file, line, rule }) => `${file}:${line} ${rule}`);
}

const lines = (count: number, text = "// a line") => `${Array(count).fill(text).join("\n")}\n`;
// Written apart, so that this file is no breach of its own rules.
const apart = (...parts: string[]) => parts.join("");

describe("a tidy house", () => {
  it("has nothing to say", () => {
    const found = breaches({
      "lib/errors.ts": "export class TowpathError extends Error {}\n",
      "lib/base/assert.ts":
        'import { TowpathError } from "../errors.ts";\nexport function assert() { throw new TowpathError(); }\n',
      "lib/table/table.ts":
        'import { assert } from "../base/assert.ts";\nexport class Table { x = assert; }\n',
      "lib/index.ts":
        '/** Public. */\nexport { Table } from "./table/table.ts";\nexport type { A } from "./table/a.ts";\n',
      "lib/table/a.ts": "export interface A { readonly any: string }\n",
      "examples/first.ts": 'import * as pw from "towpath";\nconsole.log(pw.Table);\n',
    });
    expect(found).toEqual([]);
  });
});

describe("rooms", () => {
  it("refuses an upward import, a type-only one too", () => {
    const found = breaches({
      "lib/base/a.ts": 'import type { T } from "../table/t.ts";\nlet a: T;\n',
      "lib/table/t.ts": "export type T = 1;\n",
    });
    expect(found).toEqual(["lib/base/a.ts:1 room-import"]);
  });

  it("refuses a sideways import, by re-export and by import() as well", () => {
    const found = breaches({
      "lib/reducers/a.ts": '\nexport { w } from "../windows/w.ts";\n',
      "lib/io/b.ts": 'const { w } = await import("../windows/w.ts");\nconsole.log(w);\n',
      "lib/windows/w.ts": 'import "../reducers/a.ts";\nexport const w = 1;\n',
      "connectors/kafka/k.ts": 'import { m } from "../memory/m.ts";\nconsole.log(m);\n',
      "connectors/memory/m.ts": "export const m = 1;\n",
    });
    expect(found.filter((line) => line.endsWith("room-import"))).toEqual([
      "connectors/kafka/k.ts:1 room-import",
      "lib/io/b.ts:1 room-import",
      "lib/reducers/a.ts:2 room-import",
      "lib/windows/w.ts:1 room-import",
    ]);
  });

  it("keeps formats to the rooms that they may know", () => {
    const found = breaches({
      "connectors/formats/json.ts": 'import { t } from "../../lib/trace/t.ts";\nconsole.log(t);\n',
      "lib/trace/t.ts": "export const t = 1;\n",
    });
    expect(found).toEqual(["connectors/formats/json.ts:1 room-import"]);
  });

  it("refuses an import that leaves the house", () => {
    const found = breaches({
      "lib/runtime/run.ts": 'import { help } from "../../test/help.ts";\nhelp();\n',
      "test/help.ts": "export function help() {}\n",
    });
    expect(found).toEqual(["lib/runtime/run.ts:1 room-import"]);
  });

  it("refuses a package that the room does not list, and node's modules in hot rooms", () => {
    const found = breaches({
      "lib/plan/a.ts": 'import { Map } from "immutable";\nconsole.log(Map());\n',
      "lib/table/b.ts": 'import { Map } from "immutable";\nconsole.log(Map());\n',
      "lib/runtime/c.ts": 'const load = () => require("node-rdkafka");\nload();\n',
      "lib/kernels/d.ts": 'import { hash } from "node:crypto";\nhash("md5", "");\n',
      "lib/base/e.ts": 'import { hash } from "node:crypto";\nhash("md5", "");\n',
    });
    expect(found).toEqual([
      "lib/kernels/d.ts:1 package",
      "lib/runtime/c.ts:1 package",
      "lib/table/b.ts:1 package",
    ]);
  });

  it("refuses a file in no room", () => {
    expect(breaches({ "lib/helpers/a.ts": "", "connectors/b.ts": "" })).toEqual([
      "connectors/b.ts:1 no-room",
      "lib/helpers/a.ts:1 no-room",
    ]);
  });

  it("lets the public API define nothing", () => {
    const found = breaches({
      "lib/index.ts": '// API\nexport * as io from "./io/a.ts";\n\nexport const a = 1;\n',
    });
    expect(found).toEqual(["lib/index.ts:4 index"]);
  });

  it("lets examples import the public API only", () => {
    const found = breaches({
      "examples/a.ts": 'import { t } from "../lib/table/t.ts";\nconsole.log(t);\n',
      "lib/table/t.ts": "export const t = 1;\n",
    });
    expect(found).toEqual(["examples/a.ts:1 example-import"]);
  });

  it("are a table in which every pair is decided one way", () => {
    for (const from of rooms) {
      for (const to of rooms) {
        if (from === to) expect(importRefused(from, to)).toBeNull();
        else expect(importRefused(from, to) !== null || importRefused(to, from) !== null).toBe(true);
      }
    }
    expect(roomOf("connectors/fs/source.ts")).toEqual({ path: "connectors/fs/", number: 13 });
    expect(roomOf("connectors/kafka/native/index.ts")?.packages).toEqual(["node-rdkafka"]);
  });
});

describe("sizes", () => {
  it("refuses a file over 400 lines, and an operator over 250", () => {
    const found = breaches({
      "lib/base/a.ts": lines(400),
      "lib/base/b.ts": lines(401),
      "lib/operators/c.ts": lines(250),
      "lib/operators/d.ts": lines(251),
      "connectors/kafka/native/e.c": lines(401),
    });
    expect(found).toEqual([
      "connectors/kafka/native/e.c:401 file-length",
      "lib/base/b.ts:401 file-length",
      "lib/operators/d.ts:251 file-length",
    ]);
  });

  const body = (count: number) => lines(count - 2, "  step();");
  it.each([
    ["a function", (n: number) => `function f(\n): void {\n${body(n - 1)}}\n`],
    ["a function that returns an object type", (n: number) => `function f(): { a: number } {\n${body(n)}}\n`],
    ["a function of a generic type", (n: number) => `function f(): Promise<{ a: 1 }> {\n${body(n)}}\n`],
    ["an async arrow function", (n: number) => `const f = async (a: { b: 1 }) => {\n${body(n)}};\n`],
    ["a test", (n: number) => `it("works", () => {\n${body(n)}});\n`],
  ])("refuses %s over 70 lines", (_, code) => {
    expect(breaches({ "lib/base/a.ts": code(70) })).toEqual([]);
    expect(breaches({ "lib/base/a.ts": `\n${code(71)}` })).toEqual(["lib/base/a.ts:2 function-length"]);
  });

  it("refuses a long method, and not the class around it", () => {
    const method = (n: number) =>
      `class A<T> extends B<T> {\n  #x = 1;\n\n  get y(): number {\n${body(n)}  }\n}\n`;
    expect(breaches({ "lib/base/a.ts": method(70) })).toEqual([]);
    expect(breaches({ "lib/base/a.ts": method(71) })).toEqual(["lib/base/a.ts:4 function-length"]);
  });

  it("measures each function of a record alone", () => {
    const record = (n: number) =>
      `const all = {\n  a() {\n${lines(50, "    one();")}  },\n  b: () => {\n${lines(n - 2, "    one();")}  },\n};\nconsole.log(all);\n`;
    expect(breaches({ "lib/base/a.ts": record(70) })).toEqual([]);
    expect(breaches({ "lib/base/a.ts": record(71) })).toEqual(["lib/base/a.ts:54 function-length"]);
  });

  it("leaves alone what is long but no function", () => {
    const found = breaches({
      "lib/base/a.ts": `const table = {\n${lines(90, "  a: 1,")}};\nconsole.log(table, [{\n${lines(90, "  a: 1,")}}]);\n`,
      "lib/base/b.ts": `interface Long {\n${lines(90, "  a(): void;")}}\nlet a: Long;\n`,
      "test/c.test.ts": `describe("group", () => {\n${lines(90, "  it();")}});\n`,
    });
    expect(found).toEqual([]);
  });
});

describe("code", () => {
  it.each([
    ["a cast", "f(a as any);"],
    ["an annotation", "let a: any = 1;"],
    ["a type argument", "new Map<string, any>();"],
    ["a first type argument", "new Set<any>();"],
    ["an array", "let a: number | any[] = [];"],
    ["an alias", "type A = any;"],
  ])("refuses the type any in %s", (_, code) => {
    expect(breaches({ "lib/base/a.ts": `\n${code}\n` })).toEqual(["lib/base/a.ts:2 no-any"]);
  });

  it("sees no type in texts, comments, regular expressions and names", () => {
    const code = [
      "// let a: any; enum A {} export default 1",
      "/* as any */ const any = { any: 1, b: reducers.any(2) };",
      "const s = \": any\" + ': any' + `: any ${f({ a: `as any` })} : any`;",
      "const r = /: any[/'\"]/.test(s) ? 1 / 2 : any.any / 3; // ' : any",
    ];
    expect(breaches({ "lib/base/a.ts": code.join("\n") })).toEqual([]);
  });

  it("refuses enums and default exports", () => {
    expect(
      breaches({
        "lib/base/a.ts": "const enum A {\n  b,\n}\n",
        "lib/base/b.ts": "let b = 1;\nexport default b;\n",
      }),
    ).toEqual([
      "lib/base/a.ts:1 no-enum",
      "lib/base/b.ts:2 no-default-export",
      "lib/base/b.ts:2 dead-export",
    ]);
  });

  it("refuses code made from text", () => {
    const found = breaches({
      "lib/base/a.ts":
        'export const a = new Function("return 1");\nexport const b = eval("1");\nvm.runInThisContext("1");\n',
      "lib/base/b.ts":
        "function evaluate(): void {}\nevaluate();\nconst kind: Function = evaluate;\nkind();\n",
    });
    expect(found.filter((line) => line.includes("generated"))).toEqual([
      "lib/base/a.ts:1 no-generated-code",
      "lib/base/a.ts:2 no-generated-code",
      "lib/base/a.ts:3 no-generated-code",
    ]);
  });

  it("refuses unfinished work, in comments and texts too", () => {
    const found = breaches({
      "lib/base/a.ts": apart("// TO", "DO later\n"),
      "scripts/b.mjs": apart("\n/* FIX", "ME */\n"),
      "connectors/kafka/native/c.c": apart("// not impl", "emented\n"),
    });
    expect(found).toEqual([
      "connectors/kafka/native/c.c:1 unfinished",
      "lib/base/a.ts:1 unfinished",
      "scripts/b.mjs:2 unfinished",
    ]);
  });
});

describe("names", () => {
  it("refuses what is not kebab-case, folders too", () => {
    const found = breaches({
      "lib/base/growAble.ts": "",
      "lib/data/Big/a.ts": "",
      "test/types/a.test-d.ts": "",
      "scripts/tsconfig.build.json": "",
      "connectors/kafka/native/a_b.c": "",
    });
    expect(found).toEqual([
      "connectors/kafka/native/a_b.c:1 file-name",
      "lib/base/growAble.ts:1 file-name",
      "lib/data/Big/a.ts:1 file-name",
    ]);
  });
});

describe("dead exports", () => {
  it("refuses a name that nobody imports", () => {
    const found = breaches({
      "lib/base/a.ts": "export const used = 1;\nexport function dead() {}\nexport { used as alias };\n",
      "test/a.test.ts": 'import {\n  type T,\n  used as u,\n} from "../lib/base/a.ts";\nlet t: T = u;\n',
    });
    expect(found).toEqual(["lib/base/a.ts:2 dead-export", "lib/base/a.ts:3 dead-export"]);
  });

  it("takes a whole import, the public API and a tool's configuration as use", () => {
    const found = breaches({
      "lib/base/a.ts": "export const a = 1;\n",
      "lib/base/b.ts": "export class B {}\n",
      "lib/index.ts": 'export { B } from "./base/b.ts";\n',
      "test/a.test.ts": 'import * as a from "../lib/base/a.ts";\nconsole.log(a.a);\n',
      "test/support/global.ts": "export function setup() {}\n",
      "vitest.config.ts": 'const globalSetup = "test/support/global.ts";\n',
    });
    expect(found).toEqual([]);
  });

  it("lets a type stay that names a part of another export", () => {
    const found = breaches({
      "lib/base/a.ts":
        "export interface Options {\n  a: 1;\n}\nexport function f(options: Options) {}\nexport type Dead = 1;\n",
      "test/a.test.ts": 'import { f } from "../lib/base/a.ts";\nf({ a: 1 });\n',
    });
    expect(found).toEqual(["lib/base/a.ts:5 dead-export"]);
  });
});

describe("traces of a machine", () => {
  it("refuses absolute paths and package hosts, in documents and the lock file too", () => {
    const found = breaches({
      "docs/a.md": apart("See /ho", "me/me/towpath.\n"),
      "lib/base/b.ts": apart('const b = "/wo', 'rk/main";\nconsole.log(b);\n'),
      "package-lock.json": apart('{"resolved": "https://registry.npm', 'js.org/a.tgz"}\n'),
      "test/support/pom.xml": apart("<url>https://repo.", "example.com/maven2</url>\n"),
      "README.md": "See https://example.com/home/page, lib/work/a.ts and test/root/b.ts.\n",
    });
    expect(found).toEqual([
      "docs/a.md:1 machine-path",
      "lib/base/b.ts:1 machine-path",
      "package-lock.json:1 registry-host",
      "test/support/pom.xml:1 registry-host",
    ]);
  });
});
