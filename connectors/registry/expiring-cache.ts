const ENTRIES_MAX = 10_000;

interface Entry<T> {
  readonly value: T;
  readonly until: number;
}

/** Values that are kept for a time, the latest 10,000: whoever sends made-up ids must not fill the memory. */
export class ExpiringCache<K, T> {
  readonly #entries = new Map<K, Entry<T>>();
  readonly #keepForMs: number;

  constructor(keepForMs: number) {
    this.#keepForMs = keepForMs;
  }

  get(key: K): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until > performance.now()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: K, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: performance.now() + this.#keepForMs });
    if (this.#entries.size <= ENTRIES_MAX) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  clear(): void {
    this.#entries.clear();
  }
}
