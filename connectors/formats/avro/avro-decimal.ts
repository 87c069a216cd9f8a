/** Decimals: an integer in two's complement, highest byte first, whose last `scale` digits stand behind the point. */

/** The exact text of a decimal with all of its `scale` digits: "-12.30". No bytes are 0. */
export function decimalText(bytes: Uint8Array, scale: number): string {
  const unscaled = signedOf(bytes);
  const isNegative = unscaled < 0n;
  const digits = (isNegative ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  const fraction = scale === 0 ? "" : `.${digits.slice(point)}`;
  return `${isNegative ? "-" : ""}${digits.slice(0, point)}${fraction}`;
}

function signedOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?$/;

/**
 * The unscaled integer of a decimal's text, number or bigint; null where it is none, or has more digits than `scale`
 * behind the point (zeros do not count) or than `precision` in all.
 */
export function unscaledOf(value: unknown, precision: number, scale: number): bigint | null {
  const text = typeof value === "number" ? plainText(value) : String(value);
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  if (fraction.length > scale) return null;
  const digits = BigInt(match[2] + fraction.padEnd(scale, "0"));
  if (digits.toString().length > precision && digits !== 0n) return null;
  return match[1] === "-" ? -digits : digits;
}

/** Numbers beyond 1e21, and tiny ones, have an exponent in their text. */
function plainText(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  const text = String(value);
  return text.includes("e") ? value.toFixed(20) : text;
}

/** The shortest two's complement of an integer, at least one byte. */
export function decimalBytes(unscaled: bigint): Buffer {
  let length = 1;
  while (BigInt.asIntN(8 * length, unscaled) !== unscaled) length++;
  return fixedDecimalBytes(unscaled, length);
}

/** The same in so many bytes, which must be enough. */
export function fixedDecimalBytes(unscaled: bigint, length: number): Buffer {
  const hex = BigInt.asUintN(8 * length, unscaled)
    .toString(16)
    .padStart(2 * length, "0");
  return Buffer.from(hex, "hex");
}
