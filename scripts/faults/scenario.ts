import type { Workload } from "./workload.ts";
import type { World } from "./world.ts";

/** A kind of misfortune. It starts the victim itself, and may leave it running or dead. */
export interface Scenario {
  readonly name: string;
  /** What the README of the faults says of it. */
  readonly what: string;
  readonly workloads: readonly Workload[];
  /** Lets `rounds` misfortunes happen and returns how many did. Throws when the victim does not behave. */
  run(world: World, rounds: number): Promise<number>;
  /** The victim cannot go on after it, and its output is not judged. */
  readonly isTheEnd?: true;
  /** Rounds in a world of the short form, and of the long one. */
  readonly rounds: readonly [short: number, long: number];
}
