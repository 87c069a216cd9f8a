/** Exit codes by convention: 128 + the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * SIGINT and SIGTERM end the run gracefully; a second one ends the process at once.
 * Returns what takes the handlers away again.
 */
export function onSignals(end: () => void): () => void {
  let asked = false;
  const handle = (signal: keyof typeof exitCodes): void => {
    if (asked) process.exit(exitCodes[signal]);
    asked = true;
    end();
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return () => {
    process.off("SIGINT", handle);
    process.off("SIGTERM", handle);
  };
}
