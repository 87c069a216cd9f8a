/**
 * Runs a command and ends it, with all that it started, when whoever started the guard goes away, even by SIGKILL: a
 * second set-up could otherwise meet the first one's compilers in the same folders.
 *
 *   node guard.mjs COMMAND ARGS…      stdin: a pipe that the owner holds open; started as leader of a group of its own
 */
import { spawn } from "node:child_process";

const [command, ...args] = process.argv.slice(2);
process.stdin.on("end", end).on("error", end).resume();

const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
child.on("error", (error) => {
  process.stderr.write(`${command}: ${error.code ?? error.message}\n`);
  process.exit(127);
});
child.on("exit", (code) => process.exit(code ?? 1));

function end() {
  process.kill(-process.pid, "SIGKILL");
}
