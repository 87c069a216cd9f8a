/**
 * Places at which a test can have the process die as if its plug were pulled: `TOWPATH_CRASH_AT=name` or `name:n` for
 * the n-th time it is passed. Without the variable a passage costs one comparison.
 */
export const crashPoints = [
  "before-journal",
  "after-journal",
  "after-release",
  "before-flush",
  "after-flush",
  "in-checkpoint",
  "before-acknowledge",
  "after-acknowledge",
  "in-recovery",
] as const;

export type CrashPoint = (typeof crashPoints)[number];

const [wanted, count = "1"] = (process.env.TOWPATH_CRASH_AT ?? "").split(":");
let passages = 0;

export function crashPoint(name: CrashPoint): void {
  if (name !== wanted || ++passages < Number(count)) return;
  process.kill(process.pid, "SIGKILL");
}
