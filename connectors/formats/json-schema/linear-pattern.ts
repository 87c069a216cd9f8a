const QUESTIONS_MAX = 8;

/**
 * Whether a regular expression surely takes time in proportion to the text's length: it begins where the text begins and
 * repeats one thing at most, or repeats nothing; no group is repeated, nothing refers back or looks around. Others may be as
 * quick, and may take for ever: a backtracking engine tries (a+)+$ in 2^n ways.
 */
export function isLinearPattern(pattern: string): boolean {
  if (/\\[1-9k]|\(\?[=!<]/.test(pattern)) return false;
  // Nothing in an escape or a class counts by itself.
  const plain = pattern.replace(/\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|.)/gs, "x").replace(/\[[^\]]*\]/g, "x");
  if (/\)[*+?{]/.test(plain)) return false;
  const repeats = plain.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0;
  const questions = plain.match(/\?/g)?.length ?? 0;
  if (questions > QUESTIONS_MAX) return false;
  return repeats === 0 || (repeats === 1 && plain.startsWith("^") && !plain.includes("|"));
}

/** Whether all patterns anywhere in a JSON Schema are linear. */
export function hasLinearPatterns(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return true;
  if (Array.isArray(schema)) return schema.every(hasLinearPatterns);
  return Object.entries(schema).every(([name, value]) => {
    if (name === "pattern" && typeof value === "string") return isLinearPattern(value);
    const areLinear = name !== "patternProperties" || Object.keys(Object(value)).every(isLinearPattern);
    return areLinear && hasLinearPatterns(value);
  });
}
