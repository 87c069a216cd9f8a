import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "./measured-process.ts";
import { install, peerFolder } from "./peer-folder.ts";

export const BYTEWAX = "0.21.1";

/** One of Bytewax's scripts, run by the Python of its virtual environment, which is made on first use. */
export async function bytewaxScript(job: string, args: readonly string[]): Promise<Command> {
  const path = fileURLToPath(new URL(`../peers/bytewax/${job}.py`, import.meta.url));
  return { program: await bytewaxPython(), args: [path, ...args] };
}

/** The virtual environment's Python. Throws with what the installation said where it cannot be had. */
export async function bytewaxPython(): Promise<string> {
  const venv = join(peerFolder, `bytewax-${BYTEWAX}`);
  const python = join(venv, "bin", "python");
  if (!existsSync(python)) await install("python3", ["-m", "venv", venv]);
  if (!existsSync(join(venv, "installed"))) {
    await install(python, [
      "-m",
      "pip",
      "install",
      "--quiet",
      `bytewax==${BYTEWAX}`,
      "confluent-kafka==2.6.1",
    ]);
    await install("touch", [join(venv, "installed")]);
  }
  return python;
}
