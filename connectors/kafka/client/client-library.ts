/** node-rdkafka, loaded on first use: everything that needs no Kafka works where nothing native was built. */
import { TowpathError } from "../../../lib/errors.ts";
import { clientBuildCommand } from "./build-commands.ts";

/** The module node-rdkafka. */
export type ClientLibrary = typeof import("node-rdkafka");

/** Loads node-rdkafka. Throws TP_KAFKA_NATIVE_MISSING, naming the command that builds it, when it cannot be loaded. */
export async function loadClientLibrary(): Promise<ClientLibrary> {
  try {
    const { default: library } = await import("node-rdkafka");
    return library;
  } catch (cause) {
    throw new TowpathError("TP_KAFKA_NATIVE_MISSING", "the Kafka client node-rdkafka could not be loaded", {
      hint: `Build it with ${clientBuildCommand()}.`,
      cause,
    });
  }
}
