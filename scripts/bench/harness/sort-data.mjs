/** What every contender of the sort benchmark is given: places in random order, the same in every run. */
const MODULUS = 2 ** 31 - 1;

/** The i-th of a sequence without repetition below 2^31 − 1 (Lehmer's generator, Park and Miller, CACM 1988). */
export function* places() {
  for (let x = 1; ; ) {
    x = (x * 48_271) % MODULUS;
    yield x;
  }
}
