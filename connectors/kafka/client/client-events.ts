import type { LibrdKafkaError } from "node-rdkafka";
import { type ClientError, clientErrors } from "./client-errors.ts";

/** The events of a node-rdkafka client that tell of errors. */
export interface ErrorEvents {
  on(event: "event.error", listener: (error: LibrdKafkaError) => void): unknown;
  on(event: "event.log", listener: (line: { fac: string; message: string }) => void): unknown;
}

/** librdkafka's texts (rd_kafka_err2str) of the errors that it reports as events, as node-rdkafka writes them. */
const codesByText: Readonly<Record<string, number>> = {
  "broker transport failure": clientErrors.transport,
  "host resolution failure": clientErrors.resolve,
  "all broker connections are down": clientErrors.allBrokersDown,
  "timed out": clientErrors.timedOut,
  "ssl error": clientErrors.ssl,
  "authentication failure": clientErrors.authentication,
  "sasl authentication failed": clientErrors.saslAuthentication,
  "fatal error": clientErrors.fatal,
};

/**
 * Tells `listener` of a client's error events with code and reason.
 *
 * node-rdkafka keeps neither: an event has code -1 and the general text of its code only (event_t, callbacks.cc). The
 * code is found by that text; the reason is what librdkafka has logged just before, as facility FAIL.
 */
export function onErrorEvents(client: ErrorEvents, listener: (error: ClientError) => void): void {
  let reason = "";
  client.on("event.log", ({ fac, message }) => {
    if (fac === "FAIL") reason = message.replace(/^\[thrd:[^\]]*\]:\s*/, "");
  });
  client.on("event.error", ({ code, message }) => {
    const known = code === -1 ? (codesByText[message] ?? code) : code;
    listener({ code: known, message: reason === "" ? message : reason });
  });
}

/** What node-rdkafka's client keeps its callbacks in, and registers them with (client.js, connection.cc). */
interface NativeClient {
  readonly _client: { configureCallbacks(add: boolean, callbacks: object): void };
}

/**
 * Tells `listener` of what a client logs from now on; the client was made with `event_cb: false`, and is connected.
 *
 * A client that logs while it connects may never close. node-rdkafka shows its wake-up of the event loop to librdkafka's
 * threads before it is made ready (Dispatcher::Activate, callbacks.cc, 3.6): a line that is logged between the two
 * leaves libuv's count of those who use it at -1, and uv_close then waits without an end for it to be 0. Nobody is woken
 * where nobody listens.
 */
export function onLogsOf(client: object, listener: (message: string) => void): void {
  const event_cb = (kind: string, { message }: { readonly message: string }): void => {
    if (kind === "log") listener(message);
  };
  (client as NativeClient)._client.configureCallbacks(true, { event: { event_cb } });
}
