/**
 * Reads a checkpoint to its end in a process of its own, so that a damaged file ends that process and not the run.
 * Says on stdout what it found: a `ProbeReport` as JSON. No report: the file cannot be read.
 */
import { isReadable } from "./manifest.ts";
import { PageEnvironment } from "./page-environment.ts";
import { pageHash } from "./page-hash.ts";

export type ProbeReport =
  | { readonly found: "whole"; readonly number: number }
  | { readonly found: "damaged" }
  | { readonly found: "format"; readonly format: number };

async function probe(path: string): Promise<ProbeReport> {
  const environment = await PageEnvironment.open(path, await pageHash(), true);
  const manifest = environment.manifest();
  if (manifest === null) return { found: "damaged" };
  if (!isReadable(manifest)) return { found: "format", format: manifest.format };
  return environment.isWhole(manifest) ? { found: "whole", number: manifest.number } : { found: "damaged" };
}

process.stdout.write(JSON.stringify(await probe(process.argv[2])), () => process.exit(0));
