import { argExtremeReducer } from "./arg-extreme.ts";

/** The key, or another cell, of the row with the smallest value; null is below every other. */
export const argMin = argExtremeReducer("argMin", 1);
