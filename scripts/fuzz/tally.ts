/** What cases were about, beside whether they failed. */
export interface Tally {
  readonly counts: Map<string, number>;
  /** Things of which each counts once, however often it is met. */
  readonly seen: Set<string>;
}

/** A tally as processes send it to each other. */
export interface TallyMessage {
  readonly counts: readonly (readonly [name: string, count: number])[];
  readonly seen: readonly string[];
}

export function emptyTally(): Tally {
  return { counts: new Map(), seen: new Set() };
}

export function messageOf({ counts, seen }: Tally): TallyMessage {
  return { counts: [...counts], seen: [...seen] };
}

export function addTo(tally: Tally, { counts, seen }: TallyMessage): void {
  for (const [name, count] of counts) tally.counts.set(name, (tally.counts.get(name) ?? 0) + count);
  for (const each of seen) tally.seen.add(each);
}
