import { argExtremeReducer } from "./arg-extreme.ts";

/** The key, or another cell, of the row with the largest value; null only where there is nothing else. */
export const argMax = argExtremeReducer("argMax", -1);
