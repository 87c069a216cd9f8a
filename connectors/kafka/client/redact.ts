/** Keeps secrets out of logs and errors. */
import type { KafkaSettings } from "./options.ts";

/** What stands in the place of a secret. */
const mask = "********";

/**
 * Names whose values are secret: passwords, keys, tokens, and settings that may hold them (the Kerberos command line,
 * free-form OAUTHBEARER configuration). Rather one too many: nobody misses a masked value in a log.
 */
const secretName =
  /passw|passphrase|secret|token|jaas|credential|private|key[._]pem|^ssl[._]key|kinit|oauthbearer\.(config|extensions)/i;

/** Whether the value of this setting must never be shown. */
export function isSecretSetting(name: string): boolean {
  return secretName.test(name);
}

/** A copy of the settings that may be shown: every secret value is masked, and who logs in where in every URL. */
export function redactSettings(settings: KafkaSettings): KafkaSettings {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      isSecretSetting(name) ? mask : shownValue(value, settings),
    ]),
  );
}

/** A secret that was put in a second place by mistake is one there too; a short one may be there by chance. */
function shownValue(value: string | number | boolean, settings: KafkaSettings): string | number | boolean {
  if (typeof value !== "string") return value;
  const long = Object.entries(settings).filter(([, other]) => String(other).length >= 8);
  return redactText(value, Object.fromEntries(long));
}

/** "https://user:password@host" with a mask for what stands before the host. */
function withoutUsers(text: string): string {
  return text.replace(/:\/\/[^\s/?#@]+@/g, `://${mask}@`);
}

/**
 * A text that may be shown, such as an error of librdkafka: every secret value of `settings` in it is masked, also a
 * single line of a PEM block and a single `name=value` of a longer configuration.
 */
export function redactText(text: string, settings: KafkaSettings): string {
  const secrets = Object.entries(settings)
    .filter(([name]) => isSecretSetting(name))
    .flatMap(([, value]) => secretParts(String(value)));
  // Longest first: a part must not cut a hole into the whole that holds it.
  secrets.sort((a, b) => b.length - a.length);
  return withoutUsers(secrets.reduce((shown, secret) => shown.replaceAll(secret, mask), text));
}

/** The value itself, and the parts of it that a message may quote alone. */
function secretParts(value: string): string[] {
  const lines = value.split(/\r?\n/);
  const pairs = value.split(/[\s,;]+/).map((pair) => pair.slice(pair.indexOf("=") + 1));
  const parts = [...lines, ...pairs].filter((part) => part.length >= 8);
  return [...new Set([value, ...parts])].filter((part) => part.trim() !== "");
}
