import { extremeReducer } from "./extreme.ts";

/** The smallest value; null is below every other. */
export const min = extremeReducer("min", 1);
