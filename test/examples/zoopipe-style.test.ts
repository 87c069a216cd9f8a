/** Pipes as the examples say them, on a broker inside their process. */
import { describe, expect, it } from "vitest";
import { runScript } from "../support/script.ts";

const told = {
  "kafka-to-csv": [
    "completed: 3 rows",
    "key,value,partition,offset",
    "k0,one,0,0",
    "k1,two,0,1",
    "k2,three,0,2",
  ],
  "json-to-kafka": [
    "completed: 2 written, 2 failed",
    'output-topic → {"user":"ann","age":31}',
    'output-topic → {"user":"cleo","age":7}',
    "failed: age: Invalid input: expected number, received NaN",
    "failed: the line is no JSON: `no json at all`",
  ],
  errors: [
    "connection refused: TP_KAFKA_UNREACHABLE",
    "another scheme: TP_KAFKA_URI_SCHEME",
    "no host: TP_KAFKA_URI_HOST",
    "no topic: TP_KAFKA_URI_TOPIC",
    "a port that is none: TP_KAFKA_URI_PORT",
    "an option that is none: TP_KAFKA_URI_OPTION",
  ],
};

describe("examples/zoopipe-style", () => {
  it.each(Object.entries(told))("%s.ts", { timeout: 120_000 }, async (name, lines) => {
    const { code, stdout, stderr } = await runScript(`examples/zoopipe-style/${name}.ts`, {
      fromSource: true,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trimEnd().split("\n")).toEqual(lines);
  });
});
