/** Lets the run loop sleep until a connector has something, without polling and without losing a wake-up. */
export class Waker {
  #woken = false;
  #resume: (() => void) | null = null;

  wake(): void {
    this.#woken = true;
    this.#resume?.();
  }

  /** Resolves at the next `wake`, at once if there was one since the last sleep. */
  async sleep(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
      });
      this.#resume = null;
    }
    this.#woken = false;
  }
}
