/** tsc fails where a public function has no type test (`typeTests`); this, where one does not try what it is named after. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const folder = new URL("./", import.meta.url);

/** The tests of each file, by the name of the function that they are about. */
const tests = readdirSync(folder)
  .filter((file) => /^every-.*\.test-d\.ts$/.test(file))
  .flatMap((file) =>
    [...readFileSync(new URL(file, folder), "utf8").matchAll(/^ {2}(\w+)\(\) \{\n([\s\S]*?)^ {2}\},$/gm)].map(
      ([, name = "", body = ""]) => ({ title: `${name} of ${file}`, name, body }),
    ),
  );

it("finds the type tests", () => {
  const names = tests.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(["col", "joinOuter", "swapcase", "addDurationInTimezone", "udf"]),
  );
});

it.each(tests)("$title: a right use, whose type is compared, and a wrong one", ({ name, body }) => {
  const call = new RegExp(`\\.${name}(?:<[^(]*>)?\\(`);
  const wrong = /\/\/ @ts-expect-error .+\n.*/g;
  expect(body).toContain("expect<");
  expect(body.replace(wrong, "")).toMatch(call);
  expect(body.match(wrong)?.join("\n")).toMatch(call);
});
