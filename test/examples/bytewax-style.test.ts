/** The examples in the manner of Bytewax, each on a broker inside its process, which it feeds and reads itself. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runScript } from "../support/script.ts";

const folder = "examples/bytewax-style";

/** What each prints, times left out. */
const printed: Readonly<Record<string, readonly string[]>> = {
  "consumer-group": ["offset 0: one", "offset 1: two", "offset 2: three"],
  "custom-serialization": [
    "a { temperature: 21.5 }",
    "b null",
    'out-topic ← "a": {"temperature":21.5}',
    'out-topic ← "b": null',
  ],
  "dynamic-topics": ["out-topic-1 ← 1: one", "out-topic-1 ← 1: three", "out-topic-2 ← 2: two"],
  "error-handling": [
    'out-topic ← a: {"seen":{"n":1}}',
    'out-topic ← c: {"seen":{"n":3}}',
    'dead-letters ← b: {"n": (tp-error-code=TP_DESERIALIZE_VALUE, tp-error-detail=…, tp-stage=deserializeValue, tp-topic=in-topic, tp-partition=0, tp-offset=1, tp-timestamp=…)',
  ],
  operators: ["out-topic ← a: ONE", "out-topic ← b: TWO"],
  "plain-avro": ["a { celsius: 21.5 }"],
  "schema-registry": ["{ id: 'a' } { celsius: 21.5 }", "{ id: 'b' } null"],
  "sink-messages": ["out-topic ← null: some_value (from=in-topic, key=a, key=again)"],
  "source-and-sink": ["out-topic ← a: one", "out-topic ← null: two", "out-topic ← c: null"],
};

describe(folder, () => {
  it("has no example that is not tested", () => {
    const files = readdirSync(fileURLToPath(new URL(`../../${folder}`, import.meta.url)));
    expect(files.map((file) => file.replace(/\.ts$/, "")).sort()).toEqual(Object.keys(printed).sort());
  });

  it.each(Object.entries(printed))(
    "%s.ts prints what came of its messages, and ends",
    async (name, lines) => {
      const { code, stdout, stderr } = await runScript(`${folder}/${name}.ts`);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const shown = stdout.replace(/(tp-timestamp|tp-error-detail)=[^,)]*/g, "$1=…");
      expect(shown.trimEnd().split("\n")).toEqual(lines);
    },
    60_000,
  );
});
