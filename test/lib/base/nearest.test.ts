import { expect, it } from "vitest";
import { nearest } from "../../../lib/base/nearest.ts";

it.each([
  ["custmer", ["id", "customer", "costs"], "customer"],
  ["Amount", ["count", "amount"], "amount"],
  ["ab", ["abc", "ax"], "abc"],
  ["amonut", ["note", "amount"], "amount"],
  ["xyz", ["customer", "id"], undefined],
  ["a", ["b"], undefined],
  ["bootstrap.server", ["bootstrap.servers", "group.id"], "bootstrap.servers"],
  ["anything", [], undefined],
])("finds what %j probably meant among %j", (word, candidates, meant) => {
  expect(nearest(word, candidates)).toBe(meant);
});
