import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemaRegistry } from "../../../connectors/registry/index.ts";
import { keyStorePassword, makeCertificates } from "../../support/kafka/certificates.ts";
import { javaTool, kafkaAvailable } from "../../support/kafka/jars.ts";
import { SmallRegistry } from "../../support/registry/small-registry.ts";

const java = kafkaAvailable();

// keytool makes the certificates.
describe.skipIf(!java.ok)("a registry behind TLS", () => {
  let dir = "";
  let ca = "";
  let pfx = Buffer.alloc(0);
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "towpath-test-"));
    await makeCertificates(javaTool("keytool"), dir);
    ca = await readFile(join(dir, "ca.pem"), "utf8");
    pfx = await readFile(join(dir, "broker.p12"));
  });

  afterAll(() => rm(dir, { recursive: true, force: true }));

  test("is spoken to with its own authority, and not without", async () => {
    const tls = { pfx, passphrase: keyStorePassword };
    await using registry = await SmallRegistry.start({ tls });
    const id = registry.add("orders-value", '"int"');
    const settings = { url: registry.url, retryForMs: 200 };
    const client = schemaRegistry({
      ...settings,
      tls: { ca },
      auth: { username: "me", password: "pass-word" },
    });
    expect((await client.schemaById(id)).text).toBe('"int"');
    expect(await client.register("more", { type: "AVRO", text: '"long"' })).toBe(2);
    expect(registry.authorizations[0]).toMatch(/^Basic /);
    await expect(schemaRegistry(settings).fetch(id)).rejects.toThrow(/TP_REGISTRY_UNREACHABLE.*certificate/);
  });

  test("that asks for the client's certificate", async () => {
    const tls = { pfx, passphrase: keyStorePassword, ca, requestCert: true, rejectUnauthorized: true };
    await using registry = await SmallRegistry.start({ tls });
    registry.add("orders-value", '"int"');
    const settings = { url: registry.url, retryForMs: 200, tls: { ca } };
    await expect(schemaRegistry(settings).fetch(1)).rejects.toThrow("TP_REGISTRY_UNREACHABLE");
    const client = schemaRegistry({ ...settings, tls: { ca, pfx, passphrase: keyStorePassword } });
    expect((await client.schemaById(1)).text).toBe('"int"');
  });
});
