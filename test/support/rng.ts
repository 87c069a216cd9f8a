/**
 * A seeded source of random choices for tests: Mulberry32 (Tommy Ettinger, public domain), 32 bits of state.
 * The same seed makes the same choices on every machine.
 */
export class Rng {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** An integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error("nothing to pick from");
    return items[this.below(items.length)] as T;
  }

  /** One of the options, each as likely as its weight says. */
  weighted<T>(options: readonly (readonly [weight: number, item: T])[]): T {
    let at = this.next() * options.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, item] of options) {
      at -= weight;
      if (at < 0) return item;
    }
    return (options.at(-1) as readonly [number, T])[1];
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }

  /** A generator whose choices do not depend on how many this one makes. */
  fork(): Rng {
    return new Rng(Math.floor(this.next() * 0x1_0000_0000));
  }
}

/** The seed to use: the environment's, where a failure is replayed, or a new one. */
export function seedFrom(variable: string): number {
  const given = process.env[variable];
  if (given === undefined || given === "") return Math.floor(Math.random() * 0x1_0000_0000);
  const seed = Number(given);
  if (!Number.isInteger(seed)) throw new Error(`${variable} must be an integer, not "${given}"`);
  return seed;
}
