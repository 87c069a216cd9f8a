import { describe, expect, it } from "vitest";
import { parseUri } from "../../../connectors/kafka/client/uri.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const good = {
  "kafka://localhost:9092/user-events": [{ "bootstrap.servers": "localhost:9092" }, "user-events"],
  "kafka://localhost/t": [{ "bootstrap.servers": "localhost:9092" }, "t"],
  "kafka://a:1,b,[::1]:3/t": [{ "bootstrap.servers": "a:1,b:9092,[::1]:3" }, "t"],
  "kafka://h/t?session.timeout.ms=6000&client.id=a%26b": [
    { "bootstrap.servers": "h:9092", "session.timeout.ms": "6000", "client.id": "a&b" },
    "t",
  ],
  "kafkas://h/t": [{ "bootstrap.servers": "h:9092", "security.protocol": "ssl" }, "t"],
  "kafka://h/t?tls=true&ca=/etc/ca.pem": [
    { "bootstrap.servers": "h:9092", "security.protocol": "ssl", "ssl.ca.location": "/etc/ca.pem" },
    "t",
  ],
  "kafkas://me:p%40ss%2F@h:9/t?mechanism=PLAIN": [
    {
      "bootstrap.servers": "h:9",
      "security.protocol": "sasl_ssl",
      "sasl.mechanism": "PLAIN",
      "sasl.username": "me",
      "sasl.password": "p@ss/",
    },
    "t",
  ],
} as const;

const bad = {
  "": "TP_KAFKA_URI",
  orders: "TP_KAFKA_URI",
  "localhost:9092/orders": "TP_KAFKA_URI",
  "http://h/t": "TP_KAFKA_URI_SCHEME",
  "KAFKA://h/t": "TP_KAFKA_URI_SCHEME",
  "kafka:///t": "TP_KAFKA_URI_HOST",
  "kafka://": "TP_KAFKA_URI_HOST",
  "kafka://a,,b/t": "TP_KAFKA_URI_HOST",
  "kafka://a b/t": "TP_KAFKA_URI_HOST",
  "kafka://:9092/t": "TP_KAFKA_URI_HOST",
  "kafka://h:0/t": "TP_KAFKA_URI_PORT",
  "kafka://h:65536/t": "TP_KAFKA_URI_PORT",
  "kafka://h:x/t": "TP_KAFKA_URI_PORT",
  "kafka://h:/t": "TP_KAFKA_URI_PORT",
  "kafka://h": "TP_KAFKA_URI_TOPIC",
  "kafka://h/": "TP_KAFKA_URI_TOPIC",
  "kafka://h/a/b": "TP_KAFKA_URI_TOPIC",
  "kafka://h/..": "TP_KAFKA_URI_TOPIC",
  "kafka://h/a b": "TP_KAFKA_URI_TOPIC",
  "kafka://h/%zz": "TP_KAFKA_URI_TOPIC",
  "kafka://h/t?sesion.timeout.ms=1": "TP_KAFKA_URI_OPTION",
  "kafka://h/t?tls=yes": "TP_KAFKA_URI_OPTION",
  "kafka://h/t?bootstrap.servers=x": "TP_KAFKA_URI_OPTION",
  "kafka://h/t?client.id=a&client.id=b": "TP_KAFKA_URI_OPTION",
  "kafka://h/t?rebalance_cb=x": "TP_KAFKA_URI_OPTION",
} as const;

function codeOf(uri: string): string | null {
  try {
    parseUri(uri);
    return null;
  } catch (error) {
    return error instanceof TowpathError ? error.code : String(error);
  }
}

describe("the address of a topic", () => {
  it.each(Object.entries(good))("%s", (uri, [settings, topic]) => {
    expect(parseUri(uri)).toEqual({ settings, topic });
  });

  it.each(Object.entries(bad))("%s is refused: %s", (uri, code) => {
    expect(codeOf(uri)).toBe(code);
  });

  it("names the nearest option, and never the password", () => {
    expect(() => parseUri("kafka://h/t?sesion.timeout.ms=1")).toThrow("Did you mean session.timeout.ms?");
    for (const uri of [
      "kafka://me:hunter22@h:x/t",
      "kafka://me:hunter22@/t",
      "kafka://me:hunter22@h/t?x=1",
    ]) {
      expect(() => parseUri(uri)).toThrow(/^(?!.*hunter22)/s);
    }
  });

  const seed = seedFrom("TOWPATH_TEST_SEED");
  it(`is read or refused, whatever it is (TOWPATH_TEST_SEED=${seed})`, () => {
    const rng = new Rng(seed);
    const parts = [
      "kafka",
      "kafkas",
      "://",
      ":",
      "/",
      "?",
      "&",
      "=",
      "@",
      ",",
      "%",
      "%41",
      "[",
      "]",
      "::1",
      "h",
      "t",
    ];
    parts.push(
      "9092",
      "0",
      "tls",
      "true",
      "é",
      "\0",
      " ",
      "..",
      "__proto__",
      "constructor",
      "client.id",
      "\ud800",
    );
    for (let i = 0; i < 20_000; i++) {
      const start = rng.chance(0.7) ? "kafka://h" : "";
      const uri =
        start + Array.from({ length: rng.below(12) }, () => parts[rng.below(parts.length)]).join("");
      const code = codeOf(uri);
      expect(code === null || /^TP_KAFKA_URI(_[A-Z]+)?$/.test(code), `${JSON.stringify(uri)}: ${code}`).toBe(
        true,
      );
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
