import { describe, expect, it } from "vitest";
import { codeBlocks, programs } from "../../scripts/docs/code-blocks.ts";

const page = [
  "Text.",
  "```sh",
  "npm start",
  "```",
  "```ts run stream",
  "one();",
  "",
  "two();",
  "```",
  "So it prints",
  "```json output",
  "[1]",
  "```",
  "```text log",
  "careful",
  "```",
  "```text output",
  "not its second output",
  "```",
  "```ts",
  "```",
].join("\n");

describe("code blocks", () => {
  it("are found with language, tags, text and line", () => {
    expect(codeBlocks(page).map(({ language, tags, line }) => [language, tags, line])).toEqual([
      ["sh", [], 2],
      ["ts", ["run", "stream"], 5],
      ["json", ["output"], 11],
      ["text", ["log"], 14],
      ["text", ["output"], 17],
      ["ts", [], 20],
    ]);
    expect(codeBlocks(page)[1].text).toBe("one();\n\ntwo();\n");
  });

  it("are messages, where a program that follows reads them", () => {
    const page = [
      "```text topic a",
      "1,2",
      "```",
      "```text topic b 3 keyed",
      '{"id":1} | {"n":2}',
      "7 |",
      "| x",
      "```",
      "```ts run kafka",
      "```",
      "```ts run",
      "```",
    ].join("\n");
    expect(programs(page).map(({ messages }) => messages)).toEqual([
      [
        { topic: "a", partition: 0, key: null, value: "1,2" },
        { topic: "b", partition: 3, key: '{"id":1}', value: '{"n":2}' },
        { topic: "b", partition: 3, key: "7", value: null },
        { topic: "b", partition: 3, key: null, value: "x" },
      ],
      [],
    ]);
  });

  it("are programs where they are TypeScript, each with the output that follows it", () => {
    expect(programs(page).map(({ line, output, log }) => [line, output, log])).toEqual([
      [5, "[1]\n", "careful\n"],
      [20, null, ""],
    ]);
  });
});
