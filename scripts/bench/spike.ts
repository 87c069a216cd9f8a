/**
 * `npm run bench -- spike [PARTS]`: the measurements behind docs/decisions 0002 (batch layout) and 0003 (float sums).
 * PARTS: `kafka` (default, on a real Apache Kafka started for it), `memory`, `sums`, `copy`; options --messages N (per
 * topic), --only TEXT (works whose name holds it), --groups N,N, --bootstrap HOST:PORT (a broker that runs already).
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { benchCopies } from "./spike/copy-bench.ts";
import { benchKafka } from "./spike/kafka-bench.ts";
import { benchMemory } from "./spike/memory-bench.ts";
import { benchSums } from "./spike/sums-bench.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: "string", default: "4000000" },
    only: { type: "string", default: "" },
    groups: { type: "string", default: "5,5000,100000" },
    bootstrap: { type: "string" },
  },
});

const groups = values.groups.split(",").map(Number);
const print = (line: string) => console.log(line);
const parts = positionals.length === 0 ? ["kafka"] : positionals;
print(`${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}`);
for (const part of parts) {
  print(`\n# ${part}`);
  if (part === "kafka")
    await benchKafka(print, values.only, Number(values.messages), values.bootstrap, groups);
  else if (part === "memory") benchMemory(print, values.only, groups);
  else if (part === "sums") benchSums(print);
  else if (part === "copy") benchCopies(print);
  else throw new Error(`unknown part "${part}": kafka, memory, sums or copy`);
}
