/** The Apicurio Registry under test, kept unpacked in `.cache/apicurio-<version>/` of the checkout. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Availability } from "../kafka/jars.ts";
import { kafkaAvailable } from "../kafka/jars.ts";

const run = promisify(execFile);
/** The last line that runs on Java 17. */
const VERSION = "3.0.9";
const cacheDir = fileURLToPath(new URL("../../../.cache/", import.meta.url));

const folder = join(cacheDir, `apicurio-${VERSION}`);

/** Whether it can be started here: Java as for Kafka, and Maven or a registry that was unpacked before. */
export function apicurioAvailable(): Availability {
  const java = kafkaAvailable();
  if (!java.ok || existsSync(folder)) return java;
  if (spawnSync("mvn", ["-version"], { stdio: "ignore" }).status === 0) return { ok: true };
  return { ok: false, reason: "Maven is missing (`mvn -version` fails): install the package maven" };
}

/** The path of the jar that starts it; fetched on first use (110 MB). */
export async function apicurioJar(): Promise<string> {
  if (!existsSync(folder)) await fill();
  return join(folder, `apicurio-registry-app-${VERSION}-runner.jar`);
}

/** Filled beside its final place and renamed at the end: an interrupted download leaves nothing half-made. */
async function fill(): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const draft = await mkdtemp(`${folder}-draft-`);
  const artifact = `io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`;
  const copy = ["dependency:copy", `-Dartifact=${artifact}`, `-DoutputDirectory=${draft}`];
  try {
    await run("mvn", ["-q", "-B", ...copy], { maxBuffer: 1 << 26 });
    await mkdir(join(draft, "registry"));
    const archive = join(draft, `apicurio-registry-app-${VERSION}-all.tar.gz`);
    await run("tar", ["-xzf", archive, "-C", join(draft, "registry")]);
    await rename(join(draft, "registry"), folder);
  } catch (cause) {
    // Another process may have been faster; a mirror's address may carry a password.
    if (existsSync(folder)) return;
    const { stdout = "", message } = cause as Error & { stdout?: string };
    const said = (stdout.trim() || message).split("\n").slice(-5).join("\n");
    throw new Error(
      `Maven could not resolve Apicurio Registry:\n${said.replace(/\bhttps?:\/\/[^\s)]+/g, "<repository>")}`,
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
