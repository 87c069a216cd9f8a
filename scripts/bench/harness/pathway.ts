import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Contender, laneArguments, peerScript } from "./contenders.ts";
import type { Command } from "./measured-process.ts";
import { install, peerFolder } from "./peer-folder.ts";

const VERSION = "0.33.0";

/** Pathway in a virtual environment, with one worker. It reads CSV from Kafka no more, so it has no wordcount-csv. */
export async function pathway(job: string): Promise<Contender | null> {
  const script = peerScript("pathway", job, "py");
  if (script === null) return null;
  const python = await installed();
  return {
    name: "pathway",
    version: VERSION,
    ends: false,
    command: (lane) => ({
      program: python,
      args: [script.path, ...laneArguments(lane)],
      env: { PATHWAY_THREADS: "1", PATHWAY_PROCESSES: "1", COMMIT_MS: String(script.commitMs) },
    }),
  };
}

/** One of its scripts, without Kafka. */
export async function pathwayScript(
  job: string,
  args: readonly string[],
): Promise<{ version: string; command: Command }> {
  const script = peerScript("pathway", job, "py");
  if (script === null) throw new Error(`Pathway has no script for ${job}`);
  const program = await installed();
  const env = { PATHWAY_THREADS: "1", PATHWAY_PROCESSES: "1" };
  return { version: VERSION, command: { program, args: [script.path, ...args], env } };
}

/** The virtual environment's Python. */
async function installed(): Promise<string> {
  const venv = join(peerFolder, "venv");
  const python = join(venv, "bin", "python");
  if (!existsSync(python)) await install("python3", ["-m", "venv", venv]);
  if (!existsSync(join(venv, "bin", "pathway"))) {
    await install(python, ["-m", "pip", "install", "--quiet", `pathway==${VERSION}`]);
  }
  return python;
}
