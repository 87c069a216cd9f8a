import { readFileSync } from "node:fs";
import rdkafka from "node-rdkafka";
import { describe, expect, it } from "vitest";
import {
  appliedDefaults,
  changedDefaults,
  checkSettings,
  clientConf,
} from "../../../connectors/kafka/client/options.ts";
import { propertyNames } from "../../../connectors/kafka/client/property-names.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { propertyNamesFile } from "../../../scripts/make-kafka-property-names.ts";

const brokers = { "bootstrap.servers": "127.0.0.1:1" };

/** The settings of the seed. */
const seed = {
  "bootstrap.servers": "server-address:9092",
  "security.protocol": "sasl_ssl",
  "sasl.mechanism": "SCRAM-SHA-256",
  "group.id": "my-group",
  "session.timeout.ms": "6000",
  "sasl.username": "username",
  "sasl.password": "hunter2-hunter2",
};

function errorOf(fn: () => unknown): TowpathError {
  try {
    fn();
  } catch (error) {
    if (error instanceof TowpathError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("checkSettings", () => {
  it("takes the seed's settings", () => {
    expect(() => checkSettings(seed)).not.toThrow();
  });

  it.each([
    ["bootstrap.server", "bootstrap.servers"],
    ["bootstrapServers", "bootstrap.servers"],
    ["sasl_password", "sasl.password"],
    ["sesion.timeout.ms", "session.timeout.ms"],
    ["auto.offest.reset", "auto.offset.reset"],
    ["ssl.truststore.location", "ssl.ca.location"],
    ["sasl.jaas.config", "sasl.username"],
  ])("names the nearest setting: %s is near to %s", (wrong, right) => {
    const error = errorOf(() => checkSettings({ ...brokers, [wrong]: "p4ssw0rd" }));
    expect(error.code).toBe("TP_KAFKA_UNKNOWN_SETTING");
    expect(error.message).toContain(`"${wrong}"`);
    expect(error.message).toContain(`Did you mean "${right}"?`);
    expect(error.message).not.toContain("p4ssw0rd");
  });

  it("suggests nothing for a name that is far from all", () => {
    const { message } = errorOf(() => checkSettings({ ...brokers, flux: 1 }));
    expect(message).toContain("CONFIGURATION.md");
    expect(message).not.toContain("Did you mean");
  });

  it("takes names of Object.prototype as the unknown names that they are", () => {
    for (const name of ["constructor", "toString", "__proto__"]) {
      const settings = JSON.parse(`{"bootstrap.servers": "h:1", "${name}": "x"}`);
      expect(errorOf(() => checkSettings(settings)).code).toBe("TP_KAFKA_UNKNOWN_SETTING");
    }
  });

  it("refuses callbacks, which only code can set", () => {
    const error = errorOf(() => checkSettings({ ...brokers, rebalance_cb: true }));
    expect(error.code).toBe("TP_KAFKA_UNKNOWN_SETTING");
    expect(error.message).toContain("callback");
  });

  it("lets unknown names pass beside a plugin, which may have brought them", () => {
    const plugged = { ...brokers, "plugin.library.paths": "monitoring", "monitoring.rate": 1 };
    expect(() => checkSettings(plugged)).not.toThrow();
  });

  it.each([[undefined], [null], [Number.NaN], [{ nested: "s3cret" }], [["s3cret"]], [() => "s3cret"]])(
    "refuses the value %j without quoting it",
    (value) => {
      const error = errorOf(() => checkSettings({ ...brokers, "sasl.password": value as unknown as string }));
      expect(error.code).toBe("TP_BAD_ARGUMENT");
      expect(error.message).toContain("sasl.password");
      expect(error.message).not.toContain("s3cret");
    },
  );

  it.each([[{}], [{ "bootstrap.servers": "" }], [{ "bootstrap.servers": " , " }], [{ "group.id": "g" }]])(
    "wants a broker: %j",
    (settings) => {
      expect(errorOf(() => checkSettings(settings as Record<string, string>)).code).toBe(
        "TP_KAFKA_NO_BROKERS",
      );
    },
  );

  it("takes metadata.broker.list for bootstrap.servers", () => {
    expect(() => checkSettings({ "metadata.broker.list": "h:9092" })).not.toThrow();
  });

  it("refuses settings that are no object", () => {
    for (const settings of ["h:9092", null, undefined, ["h:9092"]]) {
      expect(errorOf(() => checkSettings(settings as unknown as typeof brokers)).code).toBe(
        "TP_BAD_ARGUMENT",
      );
    }
  });
});

describe("clientConf", () => {
  it("passes the seed's settings through untouched", () => {
    expect(clientConf("consumer", seed).global).toMatchObject(seed);
  });

  it("leaves consumer-only settings out of the producer", () => {
    const { global } = clientConf("producer", seed);
    expect(global).not.toHaveProperty("group.id");
    expect(global).not.toHaveProperty("session.timeout.ms");
    expect(global["sasl.password"]).toBe("hunter2-hunter2");
  });

  it("leaves producer-only settings out of the consumer", () => {
    const settings = { ...brokers, "compression.codec": "lz4", acks: "all", "linger.ms": 1 };
    expect(clientConf("consumer", settings)).toEqual({
      global: { ...brokers, ...changedDefaults.consumer },
      topic: {},
    });
  });

  it("puts topic settings into the topic configuration", () => {
    const settings = { ...brokers, "auto.offset.reset": "earliest", "request.required.acks": -1 };
    expect(clientConf("consumer", settings).topic).toEqual({ "auto.offset.reset": "earliest" });
    expect(clientConf("producer", settings).topic).toEqual({
      "request.required.acks": -1,
      partitioner: "murmur2_random",
    });
  });

  it("keeps a setting that exists on both levels on the global one", () => {
    const { global, topic } = clientConf("consumer", { ...brokers, "enable.auto.commit": true });
    expect(global["enable.auto.commit"]).toBe(true);
    expect(topic).toEqual({});
  });

  it("does not touch the user's object", () => {
    const settings = Object.freeze({ ...brokers });
    const conf = clientConf("consumer", settings);
    conf.global["client.id"] = "x";
    expect(settings).toEqual(brokers);
    expect(changedDefaults.consumer).not.toHaveProperty("client.id");
  });

  it.each(["consumer", "producer"] as const)("checks the settings first: %s", (role) => {
    expect(errorOf(() => clientConf(role, { ...brokers, nonsense: 1 })).code).toBe(
      "TP_KAFKA_UNKNOWN_SETTING",
    );
  });

  it.each(["sasl_ssl", "SASL_SSL", "Sasl_Ssl"])("gives node-rdkafka what it takes: %s", (protocol) => {
    const settings = { ...seed, "security.protocol": protocol, "auto.offset.reset": "earliest", acks: "all" };
    const consumer = clientConf("consumer", settings);
    const producer = clientConf("producer", settings);
    // Both throw at once for a name or a value that librdkafka does not take; neither connects.
    expect(() => new rdkafka.KafkaConsumer(consumer.global, consumer.topic)).not.toThrow();
    expect(() => new rdkafka.Producer(producer.global, producer.topic)).not.toThrow();
  });
});

describe("changed defaults", () => {
  it("are few, and known", () => {
    expect(clientConf("consumer", brokers).global).toEqual({
      ...brokers,
      "fetch.queue.backoff.ms": 1,
      "fetch.message.max.bytes": 2097152,
      "fetch.wait.max.ms": 10,
      "queued.max.messages.kbytes": 65536,
    });
    expect(clientConf("producer", brokers)).toEqual({
      global: { ...brokers, "linger.ms": 5, "batch.num.messages": 100_000 },
      topic: { partitioner: "murmur2_random" },
    });
  });

  it("give way to what the user sets, by either name", () => {
    expect(appliedDefaults("consumer", { "max.partition.fetch.bytes": 1000 })).not.toHaveProperty(
      "fetch.message.max.bytes",
    );
    expect(appliedDefaults("producer", { "queue.buffering.max.ms": 50 })).toEqual({
      "batch.num.messages": 100_000,
      partitioner: "murmur2_random",
    });
    expect(clientConf("producer", { ...brokers, "linger.ms": 0, partitioner: "random" })).toEqual({
      global: { ...brokers, "linger.ms": 0, "batch.num.messages": 100_000 },
      topic: { partitioner: "random" },
    });
  });

  it("bear librdkafka's names and roles", () => {
    for (const [role, scope] of [
      ["consumer", "C"],
      ["producer", "P"],
    ] as const) {
      for (const name of Object.keys(changedDefaults[role])) expect(propertyNames[name]?.scope).toBe(scope);
    }
  });
});

describe("the list of settings", () => {
  it("is what the installed librdkafka documents", () => {
    const file = new URL("../../../connectors/kafka/client/property-names.ts", import.meta.url);
    expect(readFileSync(file, "utf8")).toBe(propertyNamesFile());
  });

  it("holds as many settings as CONFIGURATION.md has rows", () => {
    expect(Object.keys(propertyNames).length).toBeGreaterThan(170);
    for (const name of ["acks", "bootstrap.servers", "sasl.oauthbearer.token.endpoint.url", "rebalance_cb"]) {
      expect(propertyNames).toHaveProperty([name]);
    }
  });
});
