/** What the examples of this folder share: a broker, and addresses of channels on it. */
import { openBroker } from "../support/broker.ts";

export interface Place extends AsyncDisposable {
  /** The address of a channel: kafka://host:port/channel. Its readers create its topics. */
  uri(channel: string): string;
}

/**
 * The broker that KAFKA_BOOTSTRAP_SERVERS names, or one in this process.
 * Its other settings (KAFKA_SECURITY_PROTOCOL and so on) become options of the addresses.
 */
export async function openPlace(): Promise<Place> {
  const broker = await openBroker([]);
  const { "bootstrap.servers": servers, ...others } = broker.settings;
  const options = new URLSearchParams(others).toString().replaceAll("+", "%20");
  return {
    uri: (channel) => `kafka://${servers}/${channel}${options === "" ? "" : `?${options}`}`,
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}
