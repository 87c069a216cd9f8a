import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SetupError, say } from "./say.mjs";
import { contentHash, listingHash, readStamp, removeStamp, writeStamp } from "./stamp.mjs";

const project = "scripts/tsconfig.build.json";

function fingerprint(root) {
  const configs = contentHash(root, ["tsconfig.json", project, "package-lock.json"]);
  return `${configs} ${listingHash(root, ["lib", "connectors"], /(?<!\.d)\.ts$/)}`;
}

export function distIsFresh(root, stampPath) {
  return existsSync(join(root, "dist")) && readStamp(stampPath) === fingerprint(root);
}

/**
 * Compiles lib/ and connectors/ to dist/, which `exports` and `bin` of package.json point to. Everything here runs from
 * source, so a type error does not stop set-up: it is said, `npm test` fails on it, and dist is tried again next time.
 */
export function buildDist(root, stampPath) {
  // Before compiling: a file saved meanwhile then counts as newer.
  const built = fingerprint(root);
  removeStamp(stampPath);
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const result = spawnSync(process.execPath, [tsc, "-p", project], { cwd: root, encoding: "utf8" });
  if (result.status === 0) {
    writeStamp(stampPath, built);
    return;
  }
  const errors = result.stdout.split("\n").filter((line) => line.includes("error TS"));
  if (errors.length === 0)
    throw new SetupError(`the compiler failed on dist/: ${result.stderr || result.stdout}`);
  say(
    `dist/ was compiled with ${errors.length} type errors (npx tsc --noEmit lists them); the first: ${errors[0]}`,
  );
}
