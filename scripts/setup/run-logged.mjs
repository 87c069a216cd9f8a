import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { endGroup } from "./processes.mjs";
import { SetupError, say, scrub } from "./say.mjs";

const guard = fileURLToPath(new URL("./guard.mjs", import.meta.url));
const heartbeatEveryMs = 15_000;
const complaintLines = 15;
const endLines = 10;

/**
 * Runs `command` with its output scrubbed into `logPath`, says every 15 s that it is still at work, and throws with
 * the log's last lines when it fails.
 *
 * @param {{ what: string, command: string, args: string[], cwd: string, env?: object, logPath: string }} step
 */
export async function runLogged({ what, command, args, cwd, env = process.env, logPath }) {
  mkdirSync(dirname(logPath), { recursive: true });
  const log = createWriteStream(logPath);
  const startedAt = Date.now();
  const shown = relative(process.cwd(), logPath) || logPath;
  say(`${what} (log: ${shown})`);
  const child = spawn(process.execPath, [guard, command, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  const onSignal = (signal) => {
    endGroup(child.pid);
    say(`stopped by ${signal}; the next run takes up from here`);
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const heartbeat = setInterval(() => say(`${what}: ${seconds(startedAt)} s so far`), heartbeatEveryMs);
  try {
    const [code] = await Promise.all([
      exitOf(child),
      copyLines(child.stdout, log),
      copyLines(child.stderr, log),
    ]);
    await new Promise((resolve) => log.end(resolve));
    if (code !== 0)
      throw new SetupError(
        `${what} failed (exit code ${code}).\n${gist(readFileSync(logPath, "utf8"))}\nWhole log: ${shown}`,
      );
    say(`${what}: done in ${seconds(startedAt)} s`);
  } finally {
    clearInterval(heartbeat);
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    endGroup(child.pid);
  }
}

function seconds(since) {
  return Math.round((Date.now() - since) / 1000);
}

function exitOf(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? signal));
  });
}

async function copyLines(stream, log) {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    log.write(`${scrub(line)}\n`);
  }
}

/** The lines of the log that say what went wrong, first ones first (later ones mostly follow from them), and its end. */
export function gist(text) {
  const lines = text.trimEnd().split("\n");
  const complaints = lines.filter((line) => /\berror\b|\*\*\*|undefined reference|not found/i.test(line));
  const first = complaints.slice(0, complaintLines);
  const end = lines.slice(-endLines).filter((line) => !first.includes(line));
  return [...first, ...(first.length > 0 && end.length > 0 ? ["…"] : []), ...end].join("\n");
}
