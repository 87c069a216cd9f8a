import { TowpathError } from "../../../lib/errors.ts";
import { addon } from "../native/index.ts";
import { addressOf } from "./client-errors.ts";
import type { ClientConf, ClientRole, KafkaSettings } from "./options.ts";
import { redactText } from "./redact.ts";

/**
 * What a trial leaves out: the addresses, because nothing is asked of a broker; a user's own plugins; and what fetches
 * tokens, which a client does at once and in the background.
 */
const leftOut =
  /^(bootstrap\.servers|metadata\.broker\.list|plugin\.library\.paths|debug|sasl\.oauthbearer\..*)$/;

/** A client for trial must not run the user's kinit, either. */
const overridden: Readonly<Record<string, string>> = { "sasl.kerberos.min.time.before.relogin": "0" };

/**
 * Has librdkafka make a client of these settings without our plugin, because some that it refuses end the process where a
 * plugin is loaded (native/src/trial.h). Call it before connecting a client that has the plugin. Takes a millisecond, and
 * some 50 on a thread of its own where certificates are loaded; no broker is asked.
 *
 * Throws TP_KAFKA_FAILED in librdkafka's words, with the secrets of `settings` masked.
 */
export async function trySettings(
  role: ClientRole,
  { global }: ClientConf,
  settings: KafkaSettings,
): Promise<void> {
  // A mock cluster takes over the addresses and the security of its client, and is too large for a trial.
  if (Number(global["test.mock.num.brokers"] ?? 0) > 0) return;
  const tried = Object.entries({ ...global, ...overridden }).filter(([name]) => !leftOut.test(name));
  const texts = tried.flatMap(([name, value]) => [name, String(value)]);
  const refusal = await addon().tryClient(role === "producer", texts);
  if (refusal === null) return;
  throw new TowpathError(
    "TP_KAFKA_FAILED",
    `librdkafka makes no client of these settings: ${redactText(refusal, settings).replace(/\.$/, "")}`,
    {
      where: addressOf(settings),
      hint: "Check the setting that it names, and the file or text that it stands for; librdkafka's CONFIGURATION.md says what each one takes.",
    },
  );
}
