#!/usr/bin/env node
/**
 * The command line: `towpath VERB [OPTIONS]`.
 *
 * Exit codes: 0 done, 1 the work failed, 2 the command line was not understood.
 */
import { runCommand } from "./command.ts";

process.exitCode = await runCommand(process.argv.slice(2));
