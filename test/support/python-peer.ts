/**
 * Python packages that tests talk to, in a virtual environment outside the checkout, as the benchmarks' peers are
 * (TOWPATH_PEERS, by default ~/.cache/towpath-peers).
 */
import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Availability } from "./kafka/jars.ts";

const run = promisify(execFile);
const folder = process.env.TOWPATH_PEERS ?? join(homedir(), ".cache", "towpath-peers");

/** Whether there is a Python that can make virtual environments. */
export function pythonAvailable(): Availability {
  if (spawnSync("python3", ["-c", "import venv, ensurepip"], { stdio: "ignore" }).status === 0)
    return { ok: true };
  return { ok: false, reason: "Python is missing: install python3 with venv" };
}

/** The path of a Python that has the packages; installed on first use. Throws with the end of what pip said. */
export async function pythonWith(name: string, packages: readonly string[]): Promise<string> {
  const venv = join(folder, name);
  const python = join(venv, "bin", "python");
  const isThere = (): boolean =>
    existsSync(python) &&
    spawnSync(python, ["-m", "pip", "show", ...packages.map(bare)], { stdio: "ignore" }).status === 0;
  if (isThere()) return python;
  await mkdir(folder, { recursive: true });
  try {
    await run("python3", ["-m", "venv", venv]);
    await run(python, ["-m", "pip", "install", "--quiet", ...packages], { maxBuffer: 1 << 26 });
  } catch (cause) {
    const { stderr = "", message } = cause as Error & { stderr?: string };
    const said = (stderr.trim() || message).split("\n").slice(-3).join(" / ");
    // A mirror's address may carry a password.
    throw new Error(`${packages.join(", ")}: ${said.replace(/\bhttps?:\/\/[^\s)]+/g, "<address>")}`);
  }
  return python;
}

/** "name[extra]==1.0" without what follows the name. */
function bare(requirement: string): string {
  return requirement.replace(/[[=<>].*$/, "");
}
