import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * What an installed node_modules depends on, as text: if any of it changes, compiled parts may not load any more.
 *
 * @param {{ versions: { modules: string }, platform: string, arch: string }} node
 */
export function platformOf(
  {
    versions,
    platform,
    arch,
  } = /** @type {{ versions: { modules: string }, platform: string, arch: string }} */ (process),
  libc = libcOf(platform),
) {
  return `abi ${versions.modules} ${platform} ${arch} ${libc}`;
}

function libcOf(platform) {
  if (platform !== "linux") return "system";
  // The report would otherwise look up the names of all network peers, which can take seconds.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl";
}

/** SHA-256 of the files' names and contents, in the order given; a missing file counts as such. */
export function contentHash(dir, names) {
  const hash = createHash("sha256");
  for (const name of names) {
    const bytes = readOrNull(join(dir, name));
    hash.update(`${name}\0${bytes === null ? "missing" : bytes.length}\0`);
    if (bytes !== null) hash.update(bytes);
  }
  return hash.digest("hex");
}

/** SHA-256 of names, sizes and times of the files below `dirs` whose names match: cheap enough for every start. */
export function listingHash(root, dirs, pattern) {
  const hash = createHash("sha256");
  for (const name of dirs.flatMap((dir) => filesBelow(root, dir)).sort()) {
    if (!pattern.test(name)) continue;
    const { size, mtimeMs } = statSync(join(root, name));
    hash.update(`${name}\0${size}\0${mtimeMs}\0`);
  }
  return hash.digest("hex");
}

/** The files below `dir`, as paths from `root`; none when there is no such folder. */
export function filesBelow(root, dir) {
  try {
    const entries = readdirSync(join(root, dir), { withFileTypes: true, recursive: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => pathFrom(root, entry));
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

function pathFrom(root, entry) {
  return join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1);
}

export function readStamp(path) {
  return readOrNull(path)?.toString() ?? null;
}

/** Written last and whole (by rename), so a stamp says that all before it was done. */
export function writeStamp(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.draft`, text);
  renameSync(`${path}.draft`, path);
}

/** Whether the first file is there and was written after the second one, or the second is not there. */
export function isNewer(path, than) {
  const [a, b] = [path, than].map((name) => statSync(name, { throwIfNoEntry: false })?.mtimeMs);
  return a !== undefined && (b === undefined || a > b);
}

export function removeStamp(path) {
  rmSync(path, { force: true });
}

function readOrNull(path) {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
