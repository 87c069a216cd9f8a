/** The JS functions that random programs call, by name; the same arguments always give the same result. */
const functions: Readonly<Record<string, (...values: readonly unknown[]) => unknown>> = {
  doubled: (value) => (value as number) * 2,
  length: (value) => String(value).length,
  quoted: (value) => `<${String(value)}>`,
  shortened: (value) => String(value).slice(0, 1),
  isOne: (value) => value === 1 || value === "1",
  nullIfZero: (value) => (value === 0 ? null : value),
  throwIfZero: (value) => {
    if (value === 0) throw new RangeError("zero");
    return value;
  },
};

/** One is said to be able to answer differently next time, so its results must be remembered. */
export const forgetful = "quoted";

export function functionOf(name: string): (...values: readonly unknown[]) => unknown {
  const fn = functions[name];
  if (fn === undefined) throw new Error(`there is no function "${name}"`);
  return fn;
}
