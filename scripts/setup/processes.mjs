import { readFileSync } from "node:fs";

/**
 * When process `pid` started, in clock ticks since boot, or null where the system does not say (not Linux, or no such
 * process). Together with the pid it names one process for good: pids are given out again, pairs are not.
 */
export function startTicks(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name is in brackets and may hold spaces and brackets itself: count fields from behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : Number(fields[19]);
  } catch {
    return null;
  }
}

/** Whether the process that was called `pid` when it had `ticks` is still there. */
export function isAlive(pid, ticks) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
  return ticks === null || startTicks(pid) === ticks;
}

/** Ends a process group; one that is gone already is fine. */
export function endGroup(pid, signal = "SIGKILL") {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone.
  }
}
