import { orderEndReducer } from "./order-end.ts";

/** The value of the row that is first by another column. */
export const first = orderEndReducer("first", 1);
