/** Who takes part in a race over Kafka, and how each is started. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "./measured-process.ts";
import type { Workload } from "./workload.ts";

/** What a contender reads and writes. */
export interface Lane {
  readonly bootstrap: string;
  readonly outTopic: string;
  readonly workload: Workload;
}

export interface Contender {
  readonly name: string;
  /** The version, for the record. */
  readonly version: string;
  /** Whether it ends by itself when its topics are read; the others are stopped when they are quiet. */
  readonly ends: boolean;
  command(lane: Lane): Command;
}

const folder = fileURLToPath(new URL("..", import.meta.url));

/** `node SCRIPT ARGS…` for a script in TypeScript. */
export function nodeCommand(script: string, args: readonly string[]): Command {
  return { program: process.execPath, args: ["--import", "tsx", `${folder}${script}`, ...args] };
}

/** The arguments that every job takes: the broker, its output, its inputs. */
export function laneArguments({ bootstrap, outTopic, workload }: Lane): string[] {
  return [bootstrap, outTopic, ...workload.topics.map(({ name }) => name)];
}

/** Towpath, running scripts/bench/jobs/JOB.ts. */
export function towpath(job: string, version: string): Contender {
  return {
    name: "towpath",
    version,
    ends: true,
    command: (lane) => nodeCommand(`jobs/${job}.ts`, laneArguments(lane)),
  };
}

/** A peer's script for a job, and how often it commits. */
export interface PeerScript {
  readonly path: string;
  readonly commitMs: number;
}

/** Null where the peer does not have the job. */
export function peerScript(peer: string, job: string, extension: string): PeerScript | null {
  // The same words, counted more often.
  const [name, commitMs] = job === "latency" ? ["wordcount", 20] : [job, 100];
  const path = `${folder}peers/${peer}/${name}.${extension}`;
  return existsSync(path) ? { path, commitMs } : null;
}
