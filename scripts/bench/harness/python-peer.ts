import { existsSync } from "node:fs";
import { join } from "node:path";
import { install, peerFolder } from "./peer-folder.ts";

/**
 * The Python of a virtual environment with these packages, which is made on first use. Throws with what the installation
 * said where it cannot be had.
 */
export async function pythonWith(folder: string, packages: readonly string[]): Promise<string> {
  const venv = join(peerFolder, folder);
  const python = join(venv, "bin", "python");
  const done = join(venv, "installed");
  if (existsSync(done)) return python;
  if (!existsSync(python)) await install("python3", ["-m", "venv", venv]);
  await install(python, ["-m", "pip", "install", "--quiet", ...packages]);
  await install("touch", [done]);
  return python;
}
