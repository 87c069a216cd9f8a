/** Waits that end. */

/** A limit on what is begun now; null: none. `stop` comes when it does not matter any more. */
export function timeLimit(
  ms: number | null,
  error: () => Error,
): { race<T>(work: Promise<T>): Promise<T>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    if (ms !== null) timer = setTimeout(() => reject(error()), ms);
  });
  passed.catch(() => {});
  return {
    race: (work) => {
      // It may fail after the limit, when nobody asks any more.
      work.catch(() => {});
      return Promise.race([work, passed]);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Waits for work that cannot fail, no longer than `ms`. */
export async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, passed]);
  clearTimeout(timer);
}
