import { formatSite, type SourceSite } from "./source-site.ts";

/**
 * Which function of the script is being called right now: a number in memory that another thread may read, so that a
 * function that never returns can be named. Entering and leaving costs a store each, once a batch and not a row.
 */
let memory: Int32Array = new Int32Array(1);
let listener: (place: number, name: string) => void = () => {};
const names: string[] = [];

/** The number of a function of the script: `what` it is ("the function"), and where it was given. */
export function placeOf(what: string, site: SourceSite | null): number {
  const name = `${what} at ${formatSite(site)}`;
  const known = names.indexOf(name) + 1;
  if (known > 0) return known;
  const place = names.push(name);
  listener(place, name);
  return place;
}

/** Whether the script has given any function. */
export function hasUserCode(): boolean {
  return names.length > 0;
}

/** A function of the script is about to be called. */
export function enterCode(place: number): void {
  memory[0] = place;
}

/** It has returned; where it throws, whatever comes next says so. */
export function leaveCode(): void {
  memory[0] = 0;
}

/** From now on the number stands in `shared[0]`; `listen` is told the name of each place, now and later. */
export function shareUserCode(shared: Int32Array, listen: (place: number, name: string) => void): void {
  memory = shared;
  listener = listen;
  names.forEach((name, i) => listen(i + 1, name));
}
