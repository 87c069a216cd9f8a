import { setRunHook } from "../../runtime/run-hook.ts";
import { oneOf } from "../arguments.ts";
import { importScript } from "../script.ts";
import type { Verb, VerbArguments } from "../verb.ts";

const monitoringLevels = ["auto", "none", "in-out", "all"] as const;
const errorRules = ["fail", "report"] as const;

/** What node exits with where a top-level `await` never ends. */
const stuckCode = 13;

/** `towpath run`: a script, TypeScript or JavaScript. */
export const run = {
  summary: "runs a script, TypeScript or JavaScript",
  usage: "[OPTIONS] SCRIPT [ARGS…]",
  help: [
    "Runs a script as node would; TypeScript needs no build. What stands behind SCRIPT",
    "is the script's own (its process.argv). Ctrl-C ends its `pw.run()` in order.",
    "The exit code is the script's: 1 where it throws, as a run that fails makes it.",
    "",
    "For every `pw.run()` of the script, whatever its own options say:",
    "  --monitoring LEVEL  what it shows: auto, none, in-out or all",
    "  --on-error RULE     what a cell that cannot be computed does: `fail` ends the run,",
    "                      `report` leaves out what needs the cell, and goes on",
  ].join("\n"),
  options: { monitoring: { type: "string" }, "on-error": { type: "string" } },
  operands: "script",
  run: runScript,
} as const satisfies Verb;

async function runScript(given: VerbArguments): Promise<number> {
  const monitoring = oneOf(given, "monitoring", monitoringLevels);
  const onError = oneOf(given, "on-error", errorRules);
  setRunHook({
    options: {
      ...(monitoring === undefined ? {} : { monitoring }),
      ...(onError === undefined ? {} : { onError }),
    },
  });
  if (await importScript(given.operands)) return 0;
  console.error(`towpath: ${given.operands[0]} waits for something that can never happen`);
  return stuckCode;
}
