/** Exit codes by convention: 128 + the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

interface Listening {
  readonly end: () => void;
  asked: boolean;
}

/** The runs that go on. One handler stands for all, however many there are. */
const runs = new Set<Listening>();

/**
 * SIGINT and SIGTERM end the run gracefully; a second one ends the process at once.
 * Returns what takes the handlers away again.
 */
export function onSignals(end: () => void): () => void {
  const run: Listening = { end, asked: false };
  if (runs.size === 0) for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, handle);
  runs.add(run);
  return () => {
    if (!runs.delete(run) || runs.size > 0) return;
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, handle);
  };
}

function handle(signal: keyof typeof exitCodes): void {
  for (const run of [...runs]) {
    if (run.asked) process.exit(exitCodes[signal]);
    run.asked = true;
    run.end();
  }
}
