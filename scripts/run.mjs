import { spawn } from "node:child_process";
import { constants } from "node:os";

const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs `node ARGS…` in this terminal, hands signals on, and resolves with its exit code (128 + n for signal n).
 *
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} options
 */
export function runNode(args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: "inherit", ...options });
    // A terminal's Ctrl-C reaches the child by itself: a second copy would count as the impatient second one.
    const handOn = (signal) => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of passedOn) process.on(signal, handOn);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      for (const name of passedOn) process.off(name, handOn);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
