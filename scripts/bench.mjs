/** `npm run bench -- NAME [ARGS]`: set-up, then scripts/bench/NAME.ts with its arguments. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runNode } from "./run.mjs";
import { afterSetUp } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const names = readdirSync(new URL("bench", import.meta.url))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length));
const [name, ...rest] = process.argv.slice(2);

if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- NAME [ARGS], where NAME is one of: ${names.join(", ")}`);
  process.exitCode = 2;
} else {
  const script = ["--import", "tsx", `scripts/bench/${name}.ts`, ...rest];
  await afterSetUp({}, () => runNode(script, { cwd: root }));
}
