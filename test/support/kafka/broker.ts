/**
 * A real Apache Kafka for the tests: one combined broker and controller in KRaft mode, with a PLAINTEXT and a SASL_SSL
 * (SCRAM-SHA-256) listener on free ports of 127.0.0.1, its data and log in a temporary folder.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { createTopic } from "./create-topic.ts";
import { javaTool, type KafkaJars, kafkaAvailable, kafkaJars } from "./jars.ts";
import { JavaProcess } from "./java-process.ts";
import { keptClasses } from "./kept-classes.ts";
import { freePorts } from "./ports.ts";
import { serverProperties } from "./server-properties.ts";

const run = promisify(execFile);

/** Settings of a librdkafka client. */
export type ClientSettings = Readonly<Record<string, string>>;

export interface KafkaOptions {
  /** Port of the PLAINTEXT listener; default: a free one. */
  readonly port?: number;
  /** Lines of server.properties that differ from ours. */
  readonly properties?: Readonly<Record<string, string>>;
  /** `-Xmx` of the broker; default `512m`. */
  readonly heap?: string;
  /** Compiled as well as Java can, which takes seconds of the processor at each start; default: only somewhat. */
  readonly forLoad?: boolean;
}

export interface KafkaBroker extends AsyncDisposable {
  /** `host:port` of the PLAINTEXT listener. */
  readonly bootstrap: string;
  /** Client settings for the PLAINTEXT listener. */
  readonly settings: ClientSettings;
  /** Client settings for the SASL_SSL listener with SCRAM-SHA-256. */
  readonly sasl: { readonly settings: ClientSettings };
  /** Folder of configuration, data and log; removed by `stop()`. */
  readonly dir: string;
  /** Process id of the broker that runs now. */
  readonly pid: number;
  /** Creates a topic and waits until it has leaders. `config` holds topic settings of Apache Kafka. */
  createTopic(name: string, partitions?: number, config?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends the broker if it runs (SIGTERM unless told otherwise) and starts it on the same ports and data. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** Sends a signal. Waits for the end of the process, except for SIGSTOP and SIGCONT. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Kills the broker and removes its folder. */
  stop(): Promise<void>;
}

const username = "towpath";
const startDeadlineMs = 60_000;
const startedLine = "Kafka Server started";

/**
 * Starts a broker (some seconds; the very first time also fetches the jars and keeps their classes for later starts).
 *
 * Throws with the end of the broker's log when it does not start, and with the reason when Java or Maven is missing.
 *
 * @example
 * await using kafka = await startKafka();
 * await kafka.createTopic("orders", 3);
 * const consumer = new KafkaConsumer({ ...kafka.sasl.settings, "group.id": "g" }, {});
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaBroker> {
  const available = kafkaAvailable();
  if (!available.ok) throw new Error(`A real Kafka cannot be started here. ${available.reason}.`);
  const jars = await kafkaJars();
  const { classFlags } = await keptClasses(jars, async (flags) => {
    await using broker = await prepare(jars, {}, [...quickFlags, ...flags]);
    await broker.start();
    await broker.kill("SIGTERM");
  });
  const javaFlags = [...(options.forLoad === true ? [] : quickFlags), ...classFlags];
  for (let attempt = 1; ; attempt++) {
    const broker = await prepare(jars, options, javaFlags);
    try {
      await broker.start();
      return broker;
    } catch (cause) {
      await broker.stop();
      // Somebody took a port between our look and the broker's bind.
      const portTaken = cause instanceof Error && cause.message.includes("Address already in use");
      if (!portTaken || options.port !== undefined || attempt === 3) throw cause;
    }
  }
}

async function prepare(
  jars: KafkaJars,
  options: KafkaOptions,
  javaFlags: readonly string[],
): Promise<Broker> {
  const dir = await mkdtemp(join(tmpdir(), "towpath-kafka-"));
  try {
    return await prepareIn(dir, jars, options, javaFlags);
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

async function prepareIn(
  dir: string,
  jars: KafkaJars,
  options: KafkaOptions,
  javaFlags: readonly string[],
): Promise<Broker> {
  const [free, sasl, controller] = (await freePorts(3)) as [number, number, number];
  const ports = { plain: options.port ?? free, sasl, controller };
  const { properties = {}, heap = "512m" } = options;
  const facts = { dataDir: join(dir, "data"), keyStoreFile: jars.keyStoreFile, ports, properties };
  await writeFile(join(dir, "server.properties"), serverProperties(facts));
  const password = randomBytes(12).toString("hex");
  const settings = { "bootstrap.servers": `127.0.0.1:${ports.plain}` };
  const saslSettings = {
    "bootstrap.servers": `127.0.0.1:${ports.sasl}`,
    "security.protocol": "sasl_ssl",
    "sasl.mechanism": "SCRAM-SHA-256",
    "sasl.username": username,
    "sasl.password": password,
    "ssl.ca.location": jars.caFile,
  };
  await format(jars, dir, password);
  const { classPath } = jars;
  return new Broker({ dir, classPath, javaFlags: [`-Xmx${heap}`, ...javaFlags], settings, saslSettings });
}

/** Writes the storage's identity and the SCRAM credentials, as `kafka-storage format` does. */
async function format(jars: KafkaJars, dir: string, password: string): Promise<void> {
  const scram = `SCRAM-SHA-256=[name=${username},password=${password}]`;
  const clusterId = randomBytes(16).toString("base64url");
  const tool = [
    ...quickFlags,
    "-XX:+UseSerialGC",
    "-cp",
    jars.classPath,
    "kafka.tools.StorageTool",
    "format",
  ];
  const args = [
    `--cluster-id=${clusterId}`,
    "--config",
    join(dir, "server.properties"),
    "--add-scram",
    scram,
  ];
  try {
    await run(javaTool("java"), [...tool, ...args], { cwd: dir });
  } catch (cause) {
    const { stdout = "", stderr = "" } = cause as { stdout?: string; stderr?: string };
    throw new Error(
      `Apache Kafka's storage could not be formatted:\n${`${stdout}${stderr}`.replaceAll(password, "…")}`,
    );
  }
}

/** The first compiler only: what the second one makes better comes after most brokers are gone. */
const quickFlags = ["-XX:TieredStopAtLevel=1"];

interface BrokerParts {
  readonly dir: string;
  readonly classPath: string;
  readonly javaFlags: readonly string[];
  readonly settings: ClientSettings;
  readonly saslSettings: ClientSettings;
}

class Broker implements KafkaBroker {
  readonly #parts: BrokerParts;
  readonly #logFile: string;
  #java: JavaProcess | undefined;
  #starts = 0;

  constructor(parts: BrokerParts) {
    this.#parts = parts;
    this.#logFile = join(parts.dir, "broker.log");
  }

  get bootstrap(): string {
    return this.settings["bootstrap.servers"] as string;
  }

  get settings(): ClientSettings {
    return this.#parts.settings;
  }

  get sasl(): { settings: ClientSettings } {
    return { settings: this.#parts.saslSettings };
  }

  get dir(): string {
    return this.#parts.dir;
  }

  get pid(): number {
    if (this.#java === undefined) throw new Error("the broker does not run");
    return this.#java.pid;
  }

  createTopic(name: string, partitions = 1, config: Readonly<Record<string, string>> = {}): Promise<void> {
    return createTopic(this.settings, { name, partitions, config });
  }

  async start(): Promise<void> {
    const { dir, classPath, javaFlags } = this.#parts;
    const args = [
      ...javaFlags,
      "-XX:+UseSerialGC",
      "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
      "-Dorg.slf4j.simpleLogger.log.kafka.server=info",
      "-Dorg.slf4j.simpleLogger.showDateTime=true",
      "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
      `-Dkafka.logs.dir=${dir}`,
      ...["-cp", classPath, "kafka.Kafka", join(dir, "server.properties")],
    ];
    this.#java = new JavaProcess(args, { dir, logFile: this.#logFile });
    this.#starts++;
    await this.#untilStarted(this.#java);
  }

  /** The log is told apart from a port that accepts: a broker binds before it can answer. */
  async #untilStarted(java: JavaProcess): Promise<void> {
    const deadline = performance.now() + startDeadlineMs;
    for (;;) {
      const log = await readFile(this.#logFile, "utf8");
      if (log.split(startedLine).length > this.#starts) return;
      if (!java.alive) throw new Error(`The broker ended while it started:\n${lastLines(log)}`);
      if (performance.now() > deadline) {
        throw new Error(`The broker did not start within ${startDeadlineMs / 1_000} s:\n${lastLines(log)}`);
      }
      await sleep(50);
    }
  }

  async restart(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.#java?.end(signal);
    await this.start();
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (signal === "SIGSTOP" || signal === "SIGCONT") this.#java?.signal(signal);
    else await this.#java?.end(signal);
  }

  async stop(): Promise<void> {
    await this.#java?.end("SIGKILL");
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function lastLines(log: string): string {
  return log.trimEnd().split("\n").slice(-40).join("\n");
}
