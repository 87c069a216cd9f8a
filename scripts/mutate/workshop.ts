import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { instrumented } from "./instrument.ts";
import type { Mutant } from "./mutant.ts";

/** What is mutated. */
const rooms = ["lib/operators", "lib/reducers"];
/** What tests of these need beside them. */
const copied = ["lib", "connectors", "test", "scripts", "package.json", "tsconfig.json", "vitest.config.ts"];

/** Copies the project from `root` to `folder`, with all mutants asleep in it. Returns them. */
export function openWorkshop(root: string, folder: string): Mutant[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const mutants: Mutant[] = [];
  for (const room of rooms)
    for (const name of readdirSync(join(root, room)).sort()) {
      const file = `${room}/${name}`;
      const { source, mutants: found } = instrumented(
        readFileSync(join(root, file), "utf8"),
        file,
        mutants.length,
      );
      mutants.push(...found);
      writeFileSync(join(folder, file), source);
    }
  return mutants;
}
