import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { afterAwakeMs } from "../awake-timer.ts";
import type { Question, Survey, Verdict } from "./worker.ts";

/** Running all programs with no mutant awake. */
const SURVEY_MS = 600_000;
/** A mutant's programs take a second or two. */
const SILENT_MS = 60_000;

/** Runs random programs with mutants awake, in a process of its own. */
export class Programs {
  readonly #folder: string;
  readonly #seed: number;
  #child: ChildProcess | null = null;
  #survey: Survey | null = null;

  /** `folder`: the workshop. */
  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#seed = seed;
  }

  /** A mutant by which the process hangs or dies is killed too. */
  async verdictOf(number: number): Promise<Verdict> {
    if (this.#child === null) {
      this.#child = fork(join(this.#folder, "scripts/mutate/worker.ts"), {
        execArgv: ["--import", "tsx"],
        stdio: ["ignore", "ignore", "ignore", "ipc"],
        cwd: this.#folder,
      });
      const question = { seed: this.#seed, survey: this.#survey };
      this.#survey = (await this.#ask(this.#child, question, SURVEY_MS)) as Survey | null;
      if (this.#survey === null) throw new Error("the programs do not run without a mutant");
    }
    const verdict = await this.#ask(this.#child, { mutant: number }, SILENT_MS);
    return verdict === null ? "killed" : (verdict as Verdict);
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }

  #ask(child: ChildProcess, question: Question, ms: number): Promise<unknown> {
    return new Promise((resolve) => {
      const end = (answer: unknown): void => {
        cancel();
        child.removeAllListeners();
        if (answer === null) this.close();
        resolve(answer);
      };
      const cancel = afterAwakeMs(ms, () => end(null));
      child.once("message", end);
      child.once("exit", () => end(null));
      child.send(question);
    });
  }
}
