import { arrivalReducer } from "./arrival.ts";

/** The value that came last, of those that are still there. */
export const latest = arrivalReducer("latest", -1);
