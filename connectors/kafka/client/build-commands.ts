import { createRequire } from "node:module";
import { sep } from "node:path";

/**
 * The command that builds node-rdkafka, which is left out where the package manager runs no install scripts, or none
 * that nobody has approved: for pnpm where pnpm has installed it, else for npm.
 */
export function clientBuildCommand(): string {
  if (isInstalledByPnpm()) {
    return "`pnpm add --allow-build=node-rdkafka towpath && pnpm rebuild node-rdkafka` (or choose it in `pnpm approve-builds`)";
  }
  return "`npm pkg set allowScripts.node-rdkafka=true --json && npm rebuild node-rdkafka --ignore-scripts=false --foreground-scripts`";
}

/** pnpm keeps packages in node_modules/.pnpm, and others' node_modules only link to them. */
function isInstalledByPnpm(): boolean {
  try {
    const path = createRequire(import.meta.url).resolve("node-rdkafka/package.json");
    return path.includes(`${sep}.pnpm${sep}`);
  } catch {
    return false;
  }
}
