/** Milliseconds since 1970 with their fraction: the same clock in every process of a machine. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}
