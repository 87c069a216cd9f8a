import { arrivalReducer } from "./arrival.ts";

/** The value that came first, of those that are still there. */
export const earliest = arrivalReducer("earliest", 1);
