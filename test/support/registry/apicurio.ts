/** A real Apicurio Registry, in memory, which speaks Confluent's API under /apis/ccompat/v7. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { JavaProcess } from "../kafka/java-process.ts";
import { freePorts } from "../kafka/ports.ts";
import { apicurioJar } from "./apicurio-files.ts";

const START_MS = 90_000;

export interface Apicurio extends AsyncDisposable {
  /** For the setting `url`. */
  readonly url: string;
}

/** Starts one (5 s of the processor); throws with the end of its log where it does not. */
export async function startApicurio(): Promise<Apicurio> {
  const jar = await apicurioJar();
  const dir = await mkdtemp(join(tmpdir(), "towpath-registry-"));
  const [port] = (await freePorts(1)) as [number];
  const logFile = join(dir, "registry.log");
  const listen = [`-Dquarkus.http.port=${port}`, "-Dquarkus.http.host=127.0.0.1"];
  const quick = ["-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dquarkus.log.level=WARN"];
  const java = new JavaProcess([...quick, ...listen, "-jar", jar], { dir, logFile });
  const end = async (): Promise<void> => {
    await java.end("SIGKILL");
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  try {
    await answers(`${url}/subjects`, java, logFile);
  } catch (error) {
    await end();
    throw error;
  }
  return { url, [Symbol.asyncDispose]: end };
}

async function answers(url: string, java: JavaProcess, logFile: string): Promise<void> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    if (!java.alive || performance.now() > deadline) {
      const log = (await readFile(logFile, "utf8")).trimEnd().split("\n").slice(-20).join("\n");
      throw new Error(
        `The registry ${java.alive ? `did not start within ${START_MS} ms` : "ended"}:\n${log}`,
      );
    }
    await sleep(100);
  }
}
