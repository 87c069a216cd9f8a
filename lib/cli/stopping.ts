/** Exit codes by convention: 128 + the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Ctrl-C (SIGINT) and SIGTERM as an end in order. */
export interface Stopping extends Disposable {
  /** Aborted by the first signal; a second one ends the process at once. */
  readonly signal: AbortSignal;
  /** The exit code of something that the signal cut short; 0 without a signal. */
  readonly code: number;
}

/** Takes the two signals until it is disposed of. */
export function stopping(): Stopping {
  const ending = new AbortController();
  let code = 0;
  const handle = (name: keyof typeof exitCodes): void => {
    if (code !== 0) process.exit(exitCodes[name]);
    code = exitCodes[name];
    ending.abort();
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: ending.signal,
    get code() {
      return code;
    },
    [Symbol.dispose]() {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}

/** Resolves when `signal` aborts, rejects when `failure` does; keeps the process alive until then. */
export async function untilAborted(signal: AbortSignal, failure: Promise<never>): Promise<void> {
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([aborted, failure]);
  } finally {
    clearInterval(alive);
  }
}
