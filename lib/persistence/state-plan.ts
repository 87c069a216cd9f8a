/** What a state is of: enough to tell whether another plan can go on with it, and to say what differs. */
export interface StatePlan {
  /** Operators that keep state, by the name of their state: what they are ("groupBy word: count()"). */
  readonly operators: Readonly<Record<string, string>>;
  /** Sources by name: the fingerprint of what they read. */
  readonly sources: Readonly<Record<string, string>>;
}
