import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isDealt, type VictimOrders } from "./workload.ts";

/** What the verifier found. No problems: nothing was lost, no total was wrong. */
export interface Verdict {
  readonly rows: number;
  readonly commits: number;
  /** Times in the output. */
  readonly times: number;
  /** Times that were sent again, equal to what was sent before. */
  readonly replayed: number;
  readonly problems: readonly string[];
}

const PATIENCE_MS = 30_000;

/** Has the output judged by a process of its own. */
export function verify(orders: VictimOrders, partitions: number): Promise<Verdict> {
  const { workload, bootstrap, input, output } = orders;
  const question = { workload, bootstrap, input, output, partitions, patienceMs: PATIENCE_MS };
  return new Promise((resolve, reject) => {
    const verifier = isDealt(workload) ? "group-verifier.mjs" : "verifier.mjs";
    const args = [fileURLToPath(new URL(verifier, import.meta.url)), JSON.stringify(question)];
    execFile(process.execPath, args, { maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      if (stdout !== "") resolve(JSON.parse(stdout));
      else reject(new Error(`the verifier failed: ${stderr || error?.message}`));
    });
  });
}
