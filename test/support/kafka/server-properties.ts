/** The configuration of one combined broker and controller: small, quick to start, durable enough to be restarted. */
import { keyStorePassword } from "./certificates.ts";

/** What the configuration depends on. */
export interface ServerFacts {
  readonly dataDir: string;
  readonly keyStoreFile: string;
  readonly ports: { readonly plain: number; readonly sasl: number; readonly controller: number };
  /** Further lines of server.properties, winning over ours. */
  readonly properties: Readonly<Record<string, string>>;
}

/** The text of a server.properties. */
export function serverProperties({ dataDir, keyStoreFile, ports, properties }: ServerFacts): string {
  const at = (listener: string, port: number): string => `${listener}://127.0.0.1:${port}`;
  const clients = [at("PLAINTEXT", ports.plain), at("SASL_SSL", ports.sasl)];
  const settings: Record<string, string> = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${ports.controller}`,
    "controller.listener.names": "CONTROLLER",
    listeners: [...clients, at("CONTROLLER", ports.controller)].join(","),
    "advertised.listeners": clients.join(","),
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": dataDir,

    "sasl.enabled.mechanisms": "SCRAM-SHA-256",
    "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config":
      "org.apache.kafka.common.security.scram.ScramLoginModule required;",
    "ssl.keystore.type": "PKCS12",
    "ssl.keystore.location": keyStoreFile,
    "ssl.keystore.password": keyStorePassword,
    "ssl.key.password": keyStorePassword,

    // One broker: internal topics cannot have the usual three replicas, and few partitions start faster.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    // The first member of a group need not wait for a second.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    // A broker killed by SIGKILL is let in again only when its former session has ended (default 9 s).
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
    ...properties,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
