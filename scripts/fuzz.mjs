/** `npm run fuzz -- [--minutes N] [--target NAMES] [--seed S]`: set-up, then scripts/fuzz/main.ts. */
import { fileURLToPath } from "node:url";
import { runNode } from "./run.mjs";
import { afterSetUp } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const script = ["--import", "tsx", "scripts/fuzz/main.ts", ...process.argv.slice(2)];
await afterSetUp({}, () => runNode(script, { cwd: root }));
