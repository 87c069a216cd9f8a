/** A user's script, run inside this process as if `tsx` had been called on it. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { TowpathError } from "../errors.ts";

/**
 * Imports a script; its `process.argv` is what it would be if node had been given the script itself. Resolves with true
 * when the script's last top-level line has been executed, with false where the script waits (by a top-level `await`) for
 * something that can never happen, because nothing is left to happen in the process. Throws TP_FILE_ABSENT, and what the
 * script throws.
 */
export async function importScript([file, ...words]: readonly string[]): Promise<boolean> {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new TowpathError("TP_FILE_ABSENT", `there is no script ${file}`, {
      where: process.cwd(),
      hint: "Give the path of a .ts or .js file, from this directory.",
    });
  }
  process.argv = [process.argv[0], path, ...words];
  // A source of ours (.ts) is only running where a loader for TypeScript is there already.
  if (!import.meta.url.endsWith(".ts")) await registerTypeScript();
  const idle = once(process, "beforeExit").then(() => false);
  return await Promise.race([import(pathToFileURL(path).href).then(() => true), idle]);
}

async function registerTypeScript(): Promise<void> {
  const [modules, commonjs] = await Promise.all([import("tsx/esm/api"), import("tsx/cjs/api")]);
  commonjs.register();
  modules.register();
}
