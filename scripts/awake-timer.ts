const TICK_MS = 500;

/**
 * Like `setTimeout`, but counts only the time in which this process runs: on a machine that sleeps, or stops everything
 * while something is measured, nothing must look as if it hung. Returns what cancels it.
 */
export function afterAwakeMs(ms: number, fire: () => void): () => void {
  let ticks = Math.ceil(ms / TICK_MS);
  const timer = setInterval(() => {
    if (--ticks > 0) return;
    clearInterval(timer);
    fire();
  }, TICK_MS);
  return () => clearInterval(timer);
}
