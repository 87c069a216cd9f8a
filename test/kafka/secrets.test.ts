/** Nothing that a run prints, throws or keeps on disk holds a secret of its settings. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { produce } from "../support/kafka/clients.ts";
import { createTopic } from "../support/kafka/create-topic.ts";
import { freePorts } from "../support/kafka/ports.ts";
import { type SharedBroker, sharedBroker, sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";
import { compiled, runScript } from "../support/script.ts";

const long = { timeout: 120_000 };
const script = "test/support/kafka/secrets-script.ts";

const canary = (name: string) => `canary-${name}-7Qx91`;
const pem = ["-----BEGIN PRIVATE KEY-----", canary("pem-line"), "-----END PRIVATE KEY-----"].join("\n");

/** Each with a secret in it, and refused or unanswered for a reason of its own. */
const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "no broker there": { "sasl.username": "me", "sasl.password": canary("password") },
  "a secret where none belongs": {
    "security.protocol": canary("protocol-password"),
    "sasl.password": canary("protocol-password"),
  },
  "an unknown setting": { "sasl.passwort": "x", "sasl.password": canary("password") },
  "a key that is none": {
    "security.protocol": "ssl",
    "ssl.key.pem": pem,
    "ssl.key.password": canary("key-password"),
  },
  "a keystore that is none": {
    "security.protocol": "ssl",
    "ssl.keystore.location": "/nowhere/keystore.p12",
    "ssl.keystore.password": canary("keystore"),
  },
  "a token": {
    "security.protocol": "sasl_plaintext",
    "sasl.mechanism": "OAUTHBEARER",
    "sasl.oauthbearer.method": "oidc",
    "sasl.oauthbearer.client.id": "id",
    "sasl.oauthbearer.client.secret": canary("client-secret"),
    "sasl.oauthbearer.token.endpoint.url": `http://user:${canary("url")}@127.0.0.1:1/token`,
  },
  "an unsecured token": {
    "security.protocol": "sasl_plaintext",
    "sasl.mechanism": "OAUTHBEARER",
    "enable.sasl.oauthbearer.unsecure.jwt": "true",
    "sasl.oauthbearer.config": `principal=${canary("principal")} extension_secret=${canary("extension")}`,
  },
};

function expectNoSecret(text: string): void {
  expect(/canary-[\w-]+/.exec(text)?.[0] ?? "no secret").toBe("no secret");
}

describe.each(Object.keys(cases))("with %s", (name) => {
  it.each(["read", "write"])("nothing that a %s prints or throws holds the secret", long, async (kind) => {
    const [port] = await freePorts(1);
    const common = {
      "bootstrap.servers": `127.0.0.1:${port}`,
      "statistics.interval.ms": "500",
      debug: "all",
    };
    const env = { CASE: kind, SETTINGS: JSON.stringify({ ...common, ...cases[name] }) };
    const { stdout, stderr } = await runScript(script, { env });
    expect(`${stdout}${stderr}`).toContain("TP_KAFKA");
    expectNoSecret(`${stdout}${stderr}`);
  });

  it("nothing that explain prints does", long, async () => {
    const env = { SETTINGS: JSON.stringify({ "bootstrap.servers": "h:1", ...cases[name] }) };
    const { stdout, stderr } = await runScript("lib/cli/main.ts", {
      args: ["explain", compiled(script)],
      env,
    });
    expect(`${stdout}${stderr}`).toMatch(/h:1|TP_KAFKA/);
    expectNoSecret(`${stdout}${stderr}`);
  });
});

const available = sharedBrokerAvailable();
const describeReal = available.ok ? describe : describe.skip;

describeReal(`with a broker${available.ok ? "" : ` (skipped: ${available.reason})`}`, () => {
  let broker: SharedBroker;
  const topic = `secrets-${process.pid}`;
  const state = mkdtempSync(join(tmpdir(), "towpath-secrets-"));

  beforeAll(async () => {
    broker = await sharedBroker();
    await createTopic(broker.settings, { name: topic, partitions: 1, config: {} });
    await produce(broker.settings, topic, [{ value: '{"n":1}' }, { value: "*COMMIT*" }]);
  }, 60_000);
  afterAll(() => rmSync(state, { recursive: true, force: true }));

  it("that refuses the password, it is not shown", long, async () => {
    const wrong = { ...broker.sasl, "sasl.password": canary("wrong"), debug: "all" };
    const { stdout, stderr } = await runScript(script, {
      env: { SETTINGS: JSON.stringify(wrong), TOPIC: topic },
    });
    expect(stderr).toContain("TP_KAFKA_AUTHENTICATION");
    expectNoSecret(`${stdout}${stderr}`);
  });

  it("that takes it, nothing on disk or in the logs holds it", long, async () => {
    const secret = broker.sasl["sasl.password"];
    // Another secret, which nobody asks for, so that a password of few letters is not mistaken.
    const settings = {
      ...broker.sasl,
      "ssl.key.password": canary("kept"),
      debug: "all",
      "statistics.interval.ms": "100",
    };
    const env = { SETTINGS: JSON.stringify(settings), TOPIC: topic, STATE: state };
    const { stdout, stderr, code } = await runScript(script, { env });
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("n: 1") });
    expectNoSecret(`${stdout}${stderr}`);
    const files = readdirSync(state, { recursive: true }).map((file) => join(state, String(file)));
    const contents = files
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file, "latin1"));
    expect(contents.join("").length).toBeGreaterThan(100);
    for (const content of contents) {
      expectNoSecret(content);
      expect(content.includes(`"${secret}"`)).toBe(false);
    }
  });
});
