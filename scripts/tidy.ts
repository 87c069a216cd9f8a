/**
 * The rules of the house, checked: who may import whom, file and function lengths, names, dead exports, and what must
 * not be in the text. Prints one line for each breach and exits with 1 when there is any.
 *
 *   tsx scripts/tidy.ts [ROOT]
 */
import { fileURLToPath } from "node:url";
import { deadExports } from "./tidy/dead-exports.ts";
import { readFiles } from "./tidy/files.ts";
import type { Finding } from "./tidy/finding.ts";
import { exampleFindings, houseFindings } from "./tidy/house-rules.ts";
import { moduleGraph } from "./tidy/module-graph.ts";
import { textFindings } from "./tidy/text-rules.ts";

/** Every breach in the checkout at `root`, by file and line. */
export function tidy(root: string): Finding[] {
  const files = readFiles(root);
  const graph = moduleGraph(files);
  const findings = [
    ...files.flatMap(textFindings),
    ...houseFindings(files, graph),
    ...exampleFindings(graph),
    ...deadExports(files, graph),
  ];
  return findings.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const findings = tidy(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
  for (const { file, line, rule, message } of findings) console.log(`${file}:${line}: [${rule}] ${message}`);
  console.log(findings.length === 0 ? "tidy: nothing to say" : `tidy: ${findings.length} breaches`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
