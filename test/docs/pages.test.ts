import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { codeBlocks, programs } from "../../scripts/docs/code-blocks.ts";
import { errorsPage } from "../../scripts/docs/errors-page.ts";
import { pages } from "../../scripts/docs/pages.ts";
import { referencePage } from "../../scripts/docs/reference-page.ts";
import { rooms } from "../../scripts/tidy/rooms.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

describe("docs/errors.md", () => {
  it("is what `npx tsx scripts/docs.ts` writes", () => {
    expect(read("docs/errors.md")).toBe(errorsPage());
  });
});

describe("docs/reference.md", () => {
  it("is what `npx tsx scripts/docs.ts` writes", () => {
    expect(read("docs/reference.md")).toBe(referencePage());
  });
});

describe("README.md", () => {
  it("lists the rooms that there are, by their numbers", () => {
    const listed = [...read("README.md").matchAll(/^\| ([\d.]+) \| `([^`]+)` \| \S/gm)];
    const told = listed.map(([, number, path]) => `${number} ${path}`);
    const connectors = readdirSync(join(root, "connectors"))
      .filter((name) => !rooms.some(({ path }) => path === `connectors/${name}/`))
      .map((name) => `13 connectors/${name}/`);
    const there = rooms.filter(({ path }) => existsSync(join(root, path)));
    expect(told.sort()).toEqual(
      [...there.map(({ number, path }) => `${number} ${path}`), ...connectors].sort(),
    );
  });
});

describe.each(pages)("%s", (page) => {
  const text = read(page);
  const prose = codeBlocks(text).reduce((rest, block) => rest.replace(block.text, ""), text);

  it("names files that are there", () => {
    const named = [...prose.matchAll(/`((?:lib|connectors|examples|scripts|docs|test)\/[\w./-]*)`/g)];
    expect(named.map(([, path]) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("links to files that are there", () => {
    const links = [...prose.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, path]) => path);
    expect(links.filter((path) => !existsSync(join(root, dirname(page), path)))).toEqual([]);
  });

  it("says of every program how it is run", () => {
    const untold = programs(text).filter(({ tags }) => !tags.includes("run"));
    expect(untold.map(({ line }) => `line ${line}`)).toEqual([]);
  });
});
