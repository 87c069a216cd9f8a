/** A broker that wants a certificate of its clients, and no password. */
import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { startKafka } from "../support/kafka/broker.ts";
import { keyStorePassword } from "../support/kafka/certificates.ts";
import { kafkaAvailable, kafkaJars } from "../support/kafka/jars.ts";
import { readAll } from "../support/kafka/reading.ts";

const available = kafkaAvailable();
const whenAvailable = available.ok ? describe : describe.skip;

whenAvailable(`certificates of clients${available.ok ? "" : ` (skipped: ${available.reason})`}`, () => {
  it("let in who has one, and nobody else", { timeout: 120_000 }, async () => {
    const { caFile, keyStoreFile } = await kafkaJars();
    await using kafka = await startKafka({
      properties: {
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_SSL:SSL,CONTROLLER:PLAINTEXT",
        "listener.name.sasl_ssl.ssl.client.auth": "required",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": caFile,
      },
    });
    await kafka.createTopic("words");
    const stranger = {
      "bootstrap.servers": kafka.sasl.settings["bootstrap.servers"] as string,
      "security.protocol": "ssl",
      "ssl.ca.location": caFile,
    };
    const known = {
      ...stranger,
      "ssl.keystore.location": keyStoreFile,
      "ssl.keystore.password": keyStorePassword,
    };
    await pw.graph(() => {
      const table = pw.debug.tableFromRows(pw.schema({ word: "str" }), [{ row: { word: "lock" } }]);
      pw.kafka.write(table, known, { topicName: "words", envelope: "row" });
      return pw.run({ monitoring: "none" });
    });
    const read = (settings: pw.kafka.KafkaSettings) => () =>
      pw.kafka.read(settings, {
        topicNames: ["words"],
        format: "json",
        schema: pw.schema({ word: "str" }),
        mode: "static",
      });
    expect((await readAll(read(known))).rows).toMatchObject([{ word: "lock" }]);
    const refused = await readAll(read(stranger)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: expect.stringMatching(/^TP_KAFKA_(UNREACHABLE|AUTHENTICATION)$/) });
    expect(String(refused)).not.toContain(keyStorePassword);
  });
});
