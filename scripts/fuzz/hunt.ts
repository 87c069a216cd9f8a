import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAwakeMs } from "../awake-timer.ts";
import { addTo, emptyTally } from "./tally.ts";
import { CASE_MS_MAX } from "./target.ts";
import type { Turn, TurnResult } from "./worker.ts";

const workerFile = fileURLToPath(new URL("worker.ts", import.meta.url));
/**
 * A process that is silent for this long hangs: a turn is half a second and one case. Much more than these take, because
 * a busy machine may give the process, or a new one in its place, little of its time.
 */
const SILENT_MS = 60 * CASE_MS_MAX;
/** Cases are small: what takes more than this has no bound. */
const HEAP_MB = 512;

export interface FoundCase {
  readonly n: number;
  readonly problem: string;
}

/** Runs cases in a process of its own, and finds those by which it hangs or dies. */
export class Hunt {
  readonly #target: string;
  readonly #seed: number;
  #child: ChildProcess | null = null;
  /** The next case. */
  at = 0;
  /** What the cases so far were about. */
  readonly tally = emptyTally();

  constructor(target: string, seed: number) {
    this.#target = target;
    this.#seed = seed;
  }

  /** Runs cases for about half a second; returns those that failed. */
  async turn(): Promise<readonly FoundCase[]> {
    const from = this.at;
    const result = await this.#ask(from, Number.MAX_SAFE_INTEGER, SILENT_MS);
    if (typeof result !== "string") {
      this.at = result.next;
      return result.problems;
    }
    return this.#locate(from, result);
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }

  /** One by one, until the process hangs or dies again; what only fails after others is told as such. */
  async #locate(from: number, silence: string): Promise<readonly FoundCase[]> {
    const found: FoundCase[] = [];
    const until = performance.now() + 2 * SILENT_MS;
    for (let n = from; performance.now() < until; n++) {
      const result = await this.#ask(n, n + 1, SILENT_MS);
      this.at = n + 1;
      if (typeof result === "string") return [...found, { n, problem: result }];
      found.push(...result.problems);
    }
    return [
      ...found,
      { n: from, problem: `${silence}, and none of the cases from here to ${this.at} does alone` },
    ];
  }

  /** What the process says; a text where it hangs or dies. */
  #ask(from: number, to: number, ms: number): Promise<TurnResult | string> {
    this.#child ??= fork(workerFile, {
      execArgv: ["--import", "tsx", `--max-old-space-size=${HEAP_MB}`],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const child = this.#child;
    const turn: Turn = { target: this.#target, seed: this.#seed, from, to };
    return new Promise((resolve) => {
      const end = (result: TurnResult | string): void => {
        cancel();
        child.removeAllListeners();
        if (typeof result === "string") this.close();
        else if (result.tally !== null) addTo(this.tally, result.tally);
        resolve(result);
      };
      const cancel = afterAwakeMs(ms, () => end("the process hangs"));
      child.once("message", (result) => end(result as TurnResult));
      child.once("exit", (code, signal) => end(`the process ended with ${signal ?? code}`));
      child.once("error", (error) => end(String(error)));
      child.send(turn);
    });
  }
}
