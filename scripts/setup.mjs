/**
 * Brings a checkout to where it can run: packages installed and compiled, the native reader built, dist/ compiled.
 * Plain JavaScript without dependencies, because it runs before there are any. `npm start` and `npm test` call it
 * themselves rather than by pre-scripts, which npm's ignore-scripts setting would skip.
 *
 *   node scripts/setup.mjs [--for-tests]
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { addonIsFresh, buildAddon } from "./setup/addon.mjs";
import { buildDist, distIsFresh } from "./setup/dist.mjs";
import { takeLock } from "./setup/lock.mjs";
import {
  binaryMark,
  checkFeatures,
  hiddenLock,
  installPackages,
  matchesLock,
  readFeatures,
} from "./setup/packages.mjs";
import {
  buildPrerequisites,
  describeMissing,
  findMissing,
  installCommands,
  machineProbe,
  nodeTooOld,
  testPrerequisites,
} from "./setup/prerequisites.mjs";
import { SetupError, say } from "./setup/say.mjs";
import { contentHash, isNewer, platformOf, readStamp, removeStamp, writeStamp } from "./setup/stamp.mjs";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
// In the checkout rather than in node_modules, which `npm ci` empties.
const cache = join(root, ".cache/setup");
const paths = {
  lock: join(cache, "lock"),
  installing: join(cache, "installing"),
  packages: join(cache, "packages.stamp"),
  addon: join(cache, "addon.stamp"),
  dist: join(cache, "dist.stamp"),
  installLog: join(cache, "install.txt"),
  addonLog: join(cache, "addon.txt"),
};

/**
 * Does what is left to do; well below a second, and silent, when that is nothing.
 *
 * @param {{ forTests?: boolean }} options forTests: also look for what the real-broker tests need
 * @throws {SetupError} with what to do about it
 */
async function setUp({ forTests = false } = {}) {
  const tooOld = nodeTooOld();
  if (tooOld !== null) throw new SetupError(tooOld);
  if (forTests) checkTestPrerequisites();
  if (isDone()) return;
  const giveBack = await takeLock(paths.lock);
  try {
    if (!packagesAreFresh()) await bringPackages();
    const stamp = readStamp(paths.packages);
    if (!addonIsFresh(root, paths.addon, stamp)) await buildAddon(root, paths.addon, stamp, paths.addonLog);
    if (!distIsFresh(root, paths.dist)) buildDist(root, paths.dist);
  } finally {
    giveBack();
  }
}

function isDone() {
  return (
    packagesAreFresh() &&
    addonIsFresh(root, paths.addon, readStamp(paths.packages)) &&
    distIsFresh(root, paths.dist)
  );
}

function packagesStamp() {
  return `${contentHash(root, ["package-lock.json"])} ${platformOf()} ${binaryMark(root)}`;
}

function packagesAreFresh() {
  return binaryMark(root) !== null && readStamp(paths.packages) === packagesStamp();
}

async function bringPackages() {
  if (!canAdopt()) {
    checkBuildPrerequisites();
    // From here to the end node_modules is not to be trusted, whoever kills us.
    writeStamp(paths.installing, "");
    removeStamp(paths.packages);
    await installPackages(root, paths.installLog);
    checkFeatures(readFeatures(root));
    removeStamp(paths.installing);
  }
  writeStamp(paths.packages, packagesStamp());
}

/**
 * Someone ran `npm ci` by hand since our stamp was written: nothing to compile again, if it is whole and node-rdkafka
 * holds what we need. A stamp that is newer and wrong means what it says.
 */
function canAdopt() {
  if (readStamp(paths.installing) !== null || !isNewer(join(root, hiddenLock), paths.packages)) return false;
  if (!matchesLock(root)) return false;
  const { features, reason } = readFeatures(root);
  try {
    checkFeatures({ features, reason });
  } catch (error) {
    say(`${error.message.split("\n")[0]}; installing anew`);
    return false;
  }
  return true;
}

function checkBuildPrerequisites() {
  const missing = findMissing(buildPrerequisites, machineProbe(root));
  if (missing.length === 0) return;
  throw new SetupError(
    [...missing.map(describeMissing), "All at once:", ...installCommands(missing)].join("\n"),
  );
}

function checkTestPrerequisites() {
  const missing = findMissing(testPrerequisites, machineProbe(root)).map(describeMissing);
  if (missing.length === 0) return;
  if (isCi()) throw new SetupError(`${missing.join("\n")}\nCI does not skip the real-broker tests.`);
  for (const line of missing) say(`warning: ${line}. The real-broker tests will be skipped.`);
}

function isCi() {
  return !["", "0", "false"].includes(process.env.CI ?? "");
}

/** Runs `task` after set-up; an error that a person can act on is printed without a stack. */
export async function afterSetUp(options, task) {
  try {
    await setUp(options);
    process.exitCode = await task();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    for (const line of error.message.split("\n")) say(line);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await afterSetUp({ forTests: process.argv.includes("--for-tests") }, () => 0);
}
