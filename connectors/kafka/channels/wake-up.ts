/** Wakes whoever waits for something to change. A ring that nobody waited for is not lost: the next wait ends at once. */
export class WakeUp {
  #waiting: (() => void)[] = [];
  #rung = false;

  readonly ring = (): void => {
    this.#rung = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  };

  /** Resolves at the next ring, or at once where it has rung since the last wait; at the latest after `ms`. */
  async wait(ms?: number): Promise<void> {
    if (!this.#rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        if (ms !== undefined) timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
    }
    this.#rung = false;
  }
}
