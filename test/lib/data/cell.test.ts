import { describe, expect, it } from "vitest";
import { decodeText } from "../../../lib/data/cell.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

describe("decodeText", () => {
  const seed = seedFrom("TOWPATH_FUZZ_SEED");

  it(`reads what was written, short and long, often and once, from seed ${seed}`, () => {
    const rng = new Rng(seed);
    const characters = ["a", "b", "0", " ", "\u0000", "\u007f", "é", "ÿ", "\u0080", "日", "😀"];
    const texts = Array.from({ length: 3_000 }, () =>
      Array.from({ length: rng.below(40) }, () => characters[rng.below(rng.below(2) === 0 ? 6 : 11)]).join(
        "",
      ),
    );
    for (let i = 0; i < 60_000; i++) {
      const text = texts[rng.below(texts.length)] as string;
      const bytes = Buffer.from(`?${text}?`);
      expect(decodeText(bytes, 1, bytes.length - 1) === text, JSON.stringify(text)).toBe(true);
    }
  });

  it("takes no text of Latin-1 characters for bytes that are no ASCII", () => {
    const remembered = Buffer.from("Ã©");
    expect(decodeText(remembered, 0, remembered.length)).toBe("Ã©");
    const bytes = Buffer.from("é");
    for (let i = 0; i < 3; i++) expect(decodeText(bytes, 0, bytes.length)).toBe("é");
  });
});
