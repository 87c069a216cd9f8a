/**
 * The jars of the Apache Kafka under test, kept in `.cache/kafka-<version>/` of the checkout.
 *
 * Maven resolves them from pom.xml, so the mirrors and credentials of whoever runs the tests apply. The folder is
 * filled beside its final place and renamed at the end: an interrupted download leaves nothing half-made, and of two
 * processes that start together one wins.
 */
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { makeCertificates } from "./certificates.ts";

const run = promisify(execFile);
const pomFile = fileURLToPath(new URL("./pom.xml", import.meta.url));
const cacheDir = fileURLToPath(new URL("../../../.cache/", import.meta.url));

/** What a broker is started from. */
export interface KafkaJars {
  readonly version: string;
  /** Class path for `java -cp`. */
  readonly classPath: string;
  /** The CA that signed the broker's certificate, as PEM: `ssl.ca.location`. */
  readonly caFile: string;
  /** The broker's key and certificate, PKCS12. */
  readonly keyStoreFile: string;
}

export type Availability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

let availability: Availability | undefined;

/** Whether a real broker can be started here: Java 17 or newer and Maven (or jars fetched before). */
export function kafkaAvailable(): Availability {
  availability ??= probe();
  return availability;
}

function probe(): Availability {
  const java = javaMajor();
  if (java === undefined) {
    return { ok: false, reason: "Java is missing: install a JDK, 17 or newer, or set JAVA_HOME" };
  }
  if (java < 17)
    return { ok: false, reason: `Java ${java} is too old: Apache Kafka 4 needs Java 17 or newer` };
  if (isComplete(join(cacheDir, `kafka-${kafkaVersion()}`))) return { ok: true };
  if (spawnSync(javaTool("keytool"), ["-help"], { stdio: "ignore" }).error !== undefined) {
    return { ok: false, reason: "keytool is missing: install a JDK or JRE that has it" };
  }
  if (spawnSync("mvn", ["-version"], { stdio: "ignore" }).status !== 0) {
    return { ok: false, reason: "Maven is missing (`mvn -version` fails): install the package maven" };
  }
  return { ok: true };
}

/** Path of a tool of the JDK: from JAVA_HOME where that is set, else from the PATH. */
export function javaTool(name: "java" | "keytool"): string {
  const home = process.env.JAVA_HOME;
  return home === undefined || home === "" ? name : join(home, "bin", name);
}

function javaMajor(): number | undefined {
  const { stderr, status } = spawnSync(javaTool("java"), ["-version"], { encoding: "utf8" });
  if (status !== 0) return undefined;
  const major = /version "(?:1\.)?(\d+)/.exec(stderr)?.[1];
  return major === undefined ? undefined : Number(major);
}

function kafkaVersion(): string {
  const version = /<kafka\.version>([^<]+)</.exec(readFileSync(pomFile, "utf8"))?.[1];
  if (version === undefined) throw new Error("pom.xml names no kafka.version");
  return version;
}

/** The folder is complete when its stamp, written before the rename, fits this pom.xml. */
function isComplete(dir: string): boolean {
  const stamp = join(dir, "pom.sha256");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === pomHash();
}

function pomHash(): string {
  return createHash("sha256").update(readFileSync(pomFile)).digest("hex");
}

/**
 * The jars and certificates, fetched and made on first use (about 10 s with a warm Maven cache).
 * Throws with Maven's own words when they cannot be resolved.
 */
export async function kafkaJars(): Promise<KafkaJars> {
  const version = kafkaVersion();
  const dir = join(cacheDir, `kafka-${version}`);
  if (!isComplete(dir)) await fill(dir);
  return {
    version,
    classPath: join(dir, "jars", "*"),
    caFile: join(dir, "tls", "ca.pem"),
    keyStoreFile: join(dir, "tls", "broker.p12"),
  };
}

async function fill(dir: string): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const draft = await mkdtemp(join(cacheDir, `${basename(dir)}-draft-`));
  try {
    await Promise.all([
      copyJars(join(draft, "jars")),
      makeCertificates(javaTool("keytool"), join(draft, "tls")),
    ]);
    await writeFile(join(draft, "pom.sha256"), pomHash());
    await swapIn(draft, dir);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function copyJars(jarsDir: string): Promise<void> {
  const args = ["-q", "-B", "-f", pomFile, "dependency:copy-dependencies"];
  try {
    await run("mvn", [...args, "-DincludeScope=runtime", `-DoutputDirectory=${jarsDir}`], {
      maxBuffer: 1 << 26,
    });
  } catch (cause) {
    const { stdout = "", stderr = "" } = cause as { stdout?: string; stderr?: string };
    throw new Error(`Maven could not resolve Apache Kafka:\n${tail(`${stdout}${stderr}`)}`);
  }
}

/** Maven's last lines without addresses: a mirror's URL may carry a password. */
function tail(text: string): string {
  return text
    .trim()
    .split("\n")
    .slice(-15)
    .join("\n")
    .replace(/\bhttps?:\/\/[^\s)]+/g, "<repository>");
}

/** Renames `draft` to `dir`, in place of an outdated one; a complete one of another process is left as it is. */
async function swapIn(draft: string, dir: string): Promise<void> {
  if (existsSync(dir) && !isComplete(dir)) {
    const old = `${draft}-old`;
    await rename(dir, old);
    await rm(old, { recursive: true, force: true });
  }
  try {
    await rename(draft, dir);
  } catch (cause) {
    if (!isComplete(dir)) throw cause;
  }
}
