/** `npm run faults -- [--minutes N] [--only NAMES] [--seed S] [--lanes N]`: set-up, then the fault suite (scripts/faults/main.ts). */
import { fileURLToPath } from "node:url";
import { runNode } from "./run.mjs";
import { afterSetUp } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const script = ["--import", "tsx", "scripts/faults/main.ts", ...process.argv.slice(2)];
await afterSetUp({}, () => runNode(script, { cwd: root }));
