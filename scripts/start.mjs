/** `npm start`: set-up, then the demo; arguments go to it. */
import { fileURLToPath } from "node:url";
import { runNode } from "./run.mjs";
import { afterSetUp } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const demo = ["--import", "tsx", "lib/cli/main.ts", "demo", ...process.argv.slice(2)];
await afterSetUp({}, () => runNode(demo, { cwd: root }));
