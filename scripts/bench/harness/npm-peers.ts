/** Peers from npm, in a folder of their own: engines without Kafka. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { install, peerFolder } from "./peer-folder.ts";

export interface NpmPeer {
  readonly name: string;
  readonly version: string;
  /** The node_modules that holds it. */
  readonly modules: string;
}

const packages: Readonly<Record<string, { readonly name: string; readonly version: string }>> = {
  "db-ivm": { name: "@tanstack/db-ivm", version: "0.2.0" },
  d2ts: { name: "@electric-sql/d2ts", version: "0.1.8" },
};

/** Installs a peer on first use; throws with the reason when that fails or there is none of that name. */
export async function npmPeer(name: string): Promise<NpmPeer> {
  const wanted = packages[name];
  if (wanted === undefined) {
    throw new Error(`not an engine from npm; there are ${Object.keys(packages).join(", ")}`);
  }
  const folder = join(peerFolder, "npm");
  const modules = join(folder, "node_modules");
  if (!existsSync(join(modules, wanted.name))) {
    const quiet = ["--no-audit", "--no-fund", "--ignore-scripts"];
    await install("npm", ["install", "--prefix", folder, ...quiet, `${wanted.name}@${wanted.version}`]);
  }
  return { name, version: wanted.version, modules };
}
