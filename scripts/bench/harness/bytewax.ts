import { fileURLToPath } from "node:url";
import type { Command } from "./measured-process.ts";
import { pythonWith } from "./python-peer.ts";

export const BYTEWAX = "0.21.1";

/** One of Bytewax's scripts, run by the Python of its virtual environment, which is made on first use. */
export async function bytewaxScript(job: string, args: readonly string[]): Promise<Command> {
  const path = fileURLToPath(new URL(`../peers/bytewax/${job}.py`, import.meta.url));
  return { program: await bytewaxPython(), args: [path, ...args] };
}

/** The virtual environment's Python. Throws with what the installation said where it cannot be had. */
export function bytewaxPython(): Promise<string> {
  return pythonWith(`bytewax-${BYTEWAX}`, [`bytewax==${BYTEWAX}`, "confluent-kafka==2.6.1"]);
}
