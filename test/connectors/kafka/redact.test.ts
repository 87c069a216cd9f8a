import rdkafka from "node-rdkafka";
import { describe, expect, it } from "vitest";
import { isSecretSetting, redactSettings, redactText } from "../../../connectors/kafka/client/redact.ts";

describe("isSecretSetting", () => {
  it.each([
    "sasl.password",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl.key.location",
    "ssl_key",
    "ssl.keystore.password",
    "sasl.oauthbearer.config",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.client.credentials.client.secret",
    "sasl.oauthbearer.assertion.private.key.pem",
    "sasl.oauthbearer.assertion.private.key.passphrase",
    "sasl.kerberos.kinit.cmd",
    "sasl.jaas.config",
    "my.TOKEN",
  ])("holds for %s", (name) => {
    expect(isSecretSetting(name)).toBe(true);
  });

  it.each(["bootstrap.servers", "sasl.username", "group.id", "ssl.ca.location", "message.max.bytes"])(
    "does not hold for %s",
    (name) => {
      expect(isSecretSetting(name)).toBe(false);
    },
  );
});

describe("redactSettings", () => {
  it("masks secrets and keeps the rest", () => {
    const settings = { "sasl.username": "me", "sasl.password": "hunter2", "session.timeout.ms": 6000 };
    expect(redactSettings(settings)).toEqual({ ...settings, "sasl.password": "********" });
    expect(settings["sasl.password"]).toBe("hunter2");
  });

  it("masks who logs in, in URLs", () => {
    const settings = { "schema.registry.url": "https://me:hunter2@host/token?a=b@c" };
    expect(redactSettings(settings)).toEqual({
      "schema.registry.url": "https://********@host/token?a=b@c",
    });
    expect(redactText("no answer of https://me:hunter2@host", settings)).toBe(
      "no answer of https://********@host",
    );
  });

  it("hides the length of a secret", () => {
    const shown = redactSettings({ "ssl.key.pem": "x".repeat(2000), "ssl.key.password": "a" });
    expect(shown["ssl.key.pem"]).toBe(shown["ssl.key.password"]);
  });
});

describe("redactText", () => {
  const pem = "-----BEGIN PRIVATE KEY-----\nTUlJRXZRSUJBREFOQmdrcWhraUc=\n-----END PRIVATE KEY-----";

  it("masks a secret wherever it stands", () => {
    const settings = { "sasl.password": "s.e(c)r$et", "sasl.username": "me" };
    expect(redactText("me: s.e(c)r$et!s.e(c)r$et", settings)).toBe("me: ********!********");
  });

  it("masks one line of a key", () => {
    const text = redactText("cannot parse TUlJRXZRSUJBREFOQmdrcWhraUc=", { "ssl.key.pem": pem });
    expect(text).toBe("cannot parse ********");
  });

  it("masks one value of an OAUTHBEARER configuration", () => {
    const settings = { "sasl.oauthbearer.config": "principal=admin extension_token=abcdef123456" };
    expect(redactText("bad value abcdef123456", settings)).toBe("bad value ********");
  });

  it("masks a secret that holds another one as a whole", () => {
    const settings = { "ssl.key.password": "hunter2", "sasl.password": "hunter2-and-more" };
    expect(redactText("<hunter2-and-more>", settings)).toBe("<********>");
  });

  it("leaves the text alone for an empty secret", () => {
    expect(redactText("all is well", { "sasl.password": "", "ssl.key.password": " " })).toBe("all is well");
  });

  it("cleans the words of librdkafka itself", () => {
    // librdkafka quotes values that it refuses; here a secret stands, by mistake, in two places.
    const settings = {
      "bootstrap.servers": "h:1",
      "security.protocol": "hunter2xyz",
      "sasl.password": "hunter2xyz",
    };
    let words = "";
    try {
      new rdkafka.Producer(settings as never, {});
    } catch (error) {
      words = (error as Error).message;
    }
    expect(words).toContain("hunter2xyz");
    expect(redactText(words, settings)).not.toContain("hunter2xyz");
  });
});
