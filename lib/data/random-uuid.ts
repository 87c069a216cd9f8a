import { v4 } from "uuid";

/** A fresh random UUID: the identity of a history, such as `tp-run`. Never a row's key, which every run must find again. */
export function randomUuid(): string {
  return v4();
}
