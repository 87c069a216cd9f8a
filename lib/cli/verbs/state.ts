import {
  type CheckpointSummary,
  clearState,
  inspectState,
  type JournalSummary,
} from "../../persistence/inspect.ts";
import type { Verb, VerbArguments } from "../verb.ts";

/** `towpath state`: what is in the directory that `persistence.path` names. */
export const state = {
  summary: "shows what a run has kept on disk, or clears it",
  usage: "[OPTIONS] PATH",
  help: [
    "Shows the state in a directory that `persistence.path` of pw.run() names: its",
    "checkpoints with their format, time and plan, and the journal with what each",
    "source's last commit was made of. Nothing is changed.",
    "",
    "  --clear   removes the state: the next run starts afresh. Refused while a run",
    "            uses it",
  ].join("\n"),
  options: { clear: { type: "boolean" } },
  operands: "path",
  run: showState,
} as const satisfies Verb;

async function showState({ values, operands: [path] }: VerbArguments): Promise<number> {
  const found = await inspectState(path);
  if (found === null) {
    console.error(`towpath: there is no state in ${path}`);
    return 1;
  }
  if (values.clear === true) {
    await clearState(path);
    console.log(`cleared: the next run with ${path} starts afresh`);
    return 0;
  }
  const lines = [
    found.owner === null ? "no run uses it" : `used by process ${found.owner}`,
    ...found.checkpoints.flatMap(checkpointLines),
    ...(found.checkpoints.length === 0 ? ["no checkpoint yet"] : []),
    ...journalLines(found.journal),
  ];
  console.log(lines.join("\n"));
  return found.checkpoints.some(({ problem }) => problem !== null) || found.journal.problem !== null ? 1 : 0;
}

function checkpointLines({ path, bytes, content, problem }: CheckpointSummary): string[] {
  if (content === null) return [`checkpoint in ${path}: ${problem}, ${megabytes(bytes)}`];
  const { number, time, takenAt, arrays, plan } = content;
  return [
    `checkpoint ${number} in ${path}: format 1, after the commit at ${time}, taken ${new Date(takenAt).toISOString()}, ${arrays} arrays, ${megabytes(bytes)}`,
    ...Object.entries(plan.sources).map(([name, fingerprint]) => `  source ${name} (${fingerprint})`),
    ...Object.entries(plan.operators).map(([name, title]) => `  ${title} (${name})`),
  ];
}

function journalLines({
  files,
  bytes,
  commits,
  lastTime,
  flushedTime,
  lastRanges,
  problem,
}: JournalSummary): string[] {
  const head = `journal: ${files} files, ${megabytes(bytes)}`;
  if (problem !== null) return [`${head}, ${problem}`];
  return [
    `${head}, ${commits} commits${lastTime === null ? "" : `, the last at ${lastTime}`}`,
    ...(flushedTime === null ? [] : [`  delivered up to ${flushedTime}`]),
    ...Object.entries(lastRanges).map(
      ([source, range]) => `  last commit of ${source}: ${JSON.stringify(range)}`,
    ),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e6 ? 3 : 1)} MB`;
}
