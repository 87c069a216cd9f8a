import { expect, it } from "vitest";
import { Arena } from "../../../lib/base/arena.ts";
import { NULL } from "../../../lib/data/column.ts";
import { TextBuilder } from "../../../lib/data/column-builder.ts";
import { hashText } from "../../../lib/kernels/hash.ts";

it("hashes texts that were there before somebody asked for hashes", () => {
  const builder = new TextBuilder(new Arena());
  builder.setString(0, "of a tombstone's key");
  builder.setEmpty(1, NULL);
  builder.hash();
  builder.setString(2, "later");
  const { hashes, bytes, starts, ends } = builder.finish(3);
  expect([...(hashes ?? [])]).toEqual([0, 1, 2].map((row) => hashText(bytes, starts[row], ends[row]) >>> 0));
});
