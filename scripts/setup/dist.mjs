import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { SetupError, say } from "./say.mjs";
import { contentHash, listingHash, readStamp, removeStamp, writeStamp } from "./stamp.mjs";

const project = "scripts/tsconfig.build.json";

function fingerprint(root) {
  const configs = contentHash(root, ["tsconfig.json", project, "package-lock.json"]);
  return `${configs} ${listingHash(root, ["lib", "connectors"], /(?<!\.d)\.ts$/)}`;
}

export function distIsFresh(root, stampPath) {
  return existsSync(join(root, "dist")) && readStamp(stampPath) === fingerprint(root) && binsAreLinked(root);
}

/**
 * The package's own programs, as links in node_modules/.bin: npm makes them for dependencies only, and `npx towpath` in a
 * checkout would go by way of npx's cache.
 */
function binLinks(root) {
  const { bin = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(bin).map(([name, file]) => {
    const link = join(root, "node_modules/.bin", name);
    return { link, file: join(root, file), target: relative(dirname(link), join(root, file)) };
  });
}

// On Windows a link needs rights that users do not have; npx then takes its longer way.
const linksBins = process.platform !== "win32";

function binsAreLinked(root) {
  return !linksBins || binLinks(root).every(({ link, target }) => targetOf(link) === target);
}

function targetOf(link) {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

function linkBins(root) {
  if (!linksBins) return;
  for (const { link, file, target } of binLinks(root)) {
    if (existsSync(file)) chmodSync(file, 0o755);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(target, link);
  }
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
  linkBins(root);
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
