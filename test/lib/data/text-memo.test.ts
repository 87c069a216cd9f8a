import { expect, it } from "vitest";
import { TextMemo } from "../../../lib/data/text-memo.ts";

it("reads what stands in the buffer, also where many slices share a place, and slices a start", () => {
  const bytes = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `${i % 977}ü`).join(""));
  const memo = new TextMemo();
  memo.open(bytes);
  for (const length of [0, 3, 5, 3]) {
    for (let start = 0; start + length <= bytes.length; start += 3)
      if (memo.read(start, start + length) !== bytes.toString("utf8", start, start + length))
        expect.fail(`slice [${start}, ${start + length})`);
  }
});
