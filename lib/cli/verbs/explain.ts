import { once } from "node:events";
import { appliedDefaults, type KafkaSettings } from "../../../connectors/kafka/client/options.ts";
import { TowpathError } from "../../errors.ts";
import { describeMemory, divideMemory } from "../../io/memory-budget.ts";
import { explainMermaid, explainText } from "../../plan/explain.ts";
import { explainSvg } from "../../plan/explain-svg.ts";
import type { PlanNode } from "../../plan/node.ts";
import type { OutputSpec, SourceSpec } from "../../plan/specs.ts";
import { setRunHook } from "../../runtime/run-hook.ts";
import { oneOf } from "../arguments.ts";
import { importScript } from "../script.ts";
import type { Verb, VerbArguments } from "../verb.ts";

const pictures = {
  text: (outputs: readonly PlanNode[]) => explainText(outputs, changedDefaults),
  mermaid: explainMermaid,
  svg: (outputs: readonly PlanNode[]) => explainSvg(outputs, changedDefaults),
} as const;
const formats = Object.keys(pictures) as (keyof typeof pictures)[];

/** A script that has not come to `pw.run()` by then is worth a line: it may wait for something. */
const PATIENCE_MS = 10_000;

/** `towpath explain`: what a script computes, without computing it. */
export const explain = {
  summary: "shows what a script would run: sources, steps, outputs",
  usage: "[OPTIONS] SCRIPT [ARGS…]",
  help: [
    "Executes a script up to its first `pw.run()`, prints the plan that was to be run,",
    "and exits: each source, step and output with its columns, its settings (secrets",
    "masked) and its line in the script; and the Kafka defaults that Towpath changes.",
    "Sources and outputs are not opened. What the script itself does before `pw.run()`",
    "is done; TOWPATH_EXPLAIN is 1 meanwhile, so that it can leave out what it need not.",
    "",
    "  --format FORMAT   text (default), mermaid: a flowchart for Markdown pages, or",
    "                    svg: a picture in one file",
  ].join("\n"),
  options: { format: { type: "string", default: "text" } },
  operands: "script",
  run: explainScript,
} as const satisfies Verb;

async function explainScript(given: VerbArguments): Promise<number> {
  const format = oneOf(given, "format", formats) ?? "text";
  const [script] = given.operands;
  process.env.TOWPATH_EXPLAIN = "1";
  setRunHook({
    explain(outputs, options) {
      process.stdout.write(`${pictures[format](outputs)}\n`);
      if (format === "text") process.stdout.write(memoryText(outputs, options.memoryLimitMb));
      // At once: nothing of the script behind its `pw.run()` is to happen.
      process.exit(0);
    },
  });
  const waiting = setTimeout(() => {
    console.error(`towpath: ${script} has not called pw.run() for ${PATIENCE_MS / 1000} s; Ctrl-C ends it`);
  }, PATIENCE_MS);
  waiting.unref();
  // It may still call pw.run() from a promise or timer that it does not wait for.
  if (await importScript(given.operands)) await once(process, "beforeExit");
  throw new TowpathError("TP_SCRIPT_WITHOUT_RUN", "the script ended without a call of pw.run()", {
    where: script,
    hint: "There is no plan to explain: give the script that runs one.",
  });
}

/** How the run's memory is divided; nothing without a limit. */
function memoryText(outputs: readonly PlanNode[], limitMb: number | undefined): string {
  const sources = new Set<PlanNode>();
  const seen = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.operator === "source") sources.add(node);
    node.inputs.forEach(visit);
  };
  outputs.forEach(visit);
  const budget = divideMemory(limitMb, sources.size, outputs.length);
  if (budget === null) return "";
  const lines = Object.entries(describeMemory(budget)).map(([what, share]) => `${what}: ${share}`);
  return `\n${lines.join("\n   ")}\n`;
}

/** What Towpath sets where the user sets nothing: it is in no script, so people ask where it comes from. */
function changedDefaults({ operator, options }: PlanNode): Readonly<Record<string, unknown>> {
  const { connector, describe } = options as SourceSpec | OutputSpec;
  if (connector !== "kafka") return {};
  const role = operator === "source" ? "consumer" : "producer";
  return { "defaults changed": appliedDefaults(role, (describe.settings ?? {}) as KafkaSettings) };
}
