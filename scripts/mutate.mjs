/** `npm run mutate -- [--sample N] [--seed S] [--only TEXT]`: set-up, then mutation testing (scripts/mutate/main.ts). */
import { fileURLToPath } from "node:url";
import { runNode } from "./run.mjs";
import { afterSetUp } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const script = ["--import", "tsx", "scripts/mutate/main.ts", ...process.argv.slice(2)];
await afterSetUp({}, () => runNode(script, { cwd: root }));
