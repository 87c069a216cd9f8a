#!/usr/bin/env node
/**
 * The command line: `towpath VERB [OPTIONS]`.
 *
 * Exit codes: 0 done, 1 the work failed, 2 the command line was not understood.
 */
import { runCommand } from "./command.ts";

// A reader that has seen enough (`| head`) is no failure; there is nobody left to write for.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const code = await runCommand(process.argv.slice(2));
// A script that `towpath run` ran may have set an exit code of its own.
if (code !== 0) process.exitCode = code;
