import { orderEndReducer } from "./order-end.ts";

/** The value of the row that is last by another column. */
export const last = orderEndReducer("last", -1);
