import { extremeReducer } from "./extreme.ts";

/** The largest value; null only where there is nothing else. */
export const max = extremeReducer("max", -1);
