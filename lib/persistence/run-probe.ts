import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ProbeReport } from "./probe.ts";

/** A whole checkpoint of some gigabytes is read in less. */
const TIMEOUT_MS = 60_000;

const sources = new URL(import.meta.url).pathname.endsWith(".ts");
const program = fileURLToPath(new URL(sources ? "./probe.ts" : "./probe.js", import.meta.url));

/** What is at `path`, found out where nothing that is there can do harm. */
export async function runProbe(path: string): Promise<ProbeReport> {
  const loader = sources ? ["--import", "tsx"] : [];
  const { TOWPATH_CRASH_AT: _, NODE_OPTIONS: __, ...env } = process.env;
  const options = {
    env,
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [...loader, program, path], options, (error, stdout) => {
      if (error !== null) resolve({ found: "damaged" });
      else resolve(JSON.parse(stdout) as ProbeReport);
    });
  });
}
