/**
 * The classes of a started broker as Java keeps them for the next start (a dynamic archive, "class data sharing"): a start
 * that has it costs half the processor time of one that has not.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { javaTool, type KafkaJars } from "./jars.ts";

export interface KeptClasses {
  /** For `java`; empty where this Java keeps none. */
  readonly classFlags: readonly string[];
}

/**
 * What is kept beside the jars for this Java. The first time, `runOnce` is to start a broker with the flags that it is
 * given and to end it in order, which is when Java writes.
 */
export async function keptClasses(
  { classPath }: KafkaJars,
  runOnce: (flags: readonly string[]) => Promise<void>,
): Promise<KeptClasses> {
  const dir = dirname(dirname(classPath));
  const file = join(dir, `classes-${javaHash()}.jsa`);
  let size = await sizeOf(file);
  if (size === null) {
    const draft = await mkdtemp(join(dir, "classes-draft-"));
    try {
      const written = join(draft, "classes.jsa");
      await runOnce([`-XX:ArchiveClassesAtExit=${written}`]);
      // Some builds of Java cannot: an empty file says that this one was asked.
      if ((await sizeOf(written)) === null) await writeFile(written, "");
      await rename(written, file);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    size = await sizeOf(file);
  }
  return { classFlags: size === 0 ? [] : [`-XX:SharedArchiveFile=${file}`] };
}

let hash: string | undefined;

/** Another Java takes no archive but its own. */
function javaHash(): string {
  hash ??= createHash("sha256")
    .update(spawnSync(javaTool("java"), ["-version"], { encoding: "utf8" }).stderr)
    .digest("hex")
    .slice(0, 12);
  return hash;
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch {
    return null;
  }
}
