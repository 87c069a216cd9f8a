import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { javaTool } from "../../../test/support/kafka/jars.ts";
import { type Contender, laneArguments, peerScript } from "./contenders.ts";
import { install, peerFolder } from "./peer-folder.ts";

/** A peer in Java: its jars by Maven from the pom.xml beside its jobs, a job compiled as it starts. */
async function javaPeer(
  name: string,
  job: string,
  { version, flags = [] }: { version: string; flags?: readonly string[] },
): Promise<Contender | null> {
  const script = peerScript(name, job, "java");
  if (script === null) return null;
  const jars = await peerJars(name, join(dirname(script.path), "pom.xml"));
  const java = [
    ...["-Xmx2g", `-Dcommit.ms=${script.commitMs}`, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"],
    ...[...flags, "-cp", join(jars, "*")],
  ];
  return {
    name,
    version,
    ends: false,
    command: (lane) => ({ program: javaTool("java"), args: [...java, script.path, ...laneArguments(lane)] }),
  };
}

/** The folder of a peer's jars, filled on first use and when its pom.xml has changed. */
async function peerJars(name: string, pom: string): Promise<string> {
  const folder = join(peerFolder, name);
  const kept = join(folder, "pom.xml");
  const wanted = await readFile(pom, "utf8");
  if (existsSync(kept) && (await readFile(kept, "utf8")) === wanted) return join(folder, "jars");
  const draft = `${folder}-draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  // Maven writes beside its pom.xml, which must not be in the checkout.
  const copied = join(draft, "pom.xml");
  await cp(pom, copied);
  const copy = ["-q", "-B", "-f", copied, "dependency:copy-dependencies", "-DincludeScope=runtime"];
  await install("mvn", [...copy, `-DoutputDirectory=${join(draft, "jars")}`]);
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
  return join(folder, "jars");
}

/** Kafka Streams with one thread. It reads and writes Kafka through a topic of its own between `groupBy` and `count`. */
export function kafkaStreams(job: string): Promise<Contender | null> {
  return javaPeer("kafka-streams", job, { version: "4.1.1" });
}

/** What Flink's start script gives Java 17. */
const flinkFlags = [
  "java.lang",
  "java.net",
  "java.io",
  "java.nio",
  "java.util",
  "java.util.concurrent",
  "java.time",
].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);

/** Flink SQL with one task, in a cluster of its own process. */
export function flink(job: string): Promise<Contender | null> {
  return javaPeer("flink", job, { version: "2.0.0", flags: flinkFlags });
}
