import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { runLogged } from "./run-logged.mjs";
import { contentHash, filesBelow, readStamp, removeStamp, writeStamp } from "./stamp.mjs";

const folder = "connectors/kafka/native";
const product = `${folder}/build/towpath_kafka.node`;

/** What the built addon depends on: its sources, and the node-rdkafka whose headers it was compiled with. */
function fingerprint(root, packagesStamp) {
  const sources = filesBelow(root, folder)
    .filter((name) => !name.startsWith(`${folder}/build/`) && /\.(c|cc|cpp|h|hpp|mjs)$/.test(basename(name)))
    .sort();
  return `${packagesStamp} ${contentHash(root, sources)}`;
}

export function addonIsFresh(root, stampPath, packagesStamp) {
  if (!existsSync(join(root, folder, "build.mjs"))) return true;
  return existsSync(join(root, product)) && readStamp(stampPath) === fingerprint(root, packagesStamp);
}

/** Builds the packed reader. */
export async function buildAddon(root, stampPath, packagesStamp, logPath) {
  removeStamp(stampPath);
  await runLogged({
    what: "building the native reader",
    command: process.execPath,
    args: [join(folder, "build.mjs")],
    cwd: root,
    logPath,
  });
  writeStamp(stampPath, fingerprint(root, packagesStamp));
}
