import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compiledPath } from "../../test/support/compiled.ts";
import { isDealt, type VictimOrders } from "./workload.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const LAST_WORDS = 4_000;

/** How a victim's process ended. */
export interface VictimEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it said. */
  readonly words: string;
}

/** A run of the victim (victim.ts) in a process of its own. */
export class VictimProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<VictimEnd>;
  #words = "";
  isOver = false;

  /**
   * `compiled` is a folder of compiled programs; `wrapper` stands before the program (`prlimit …`); `env` is added to the
   * environment.
   */
  constructor(
    compiled: string,
    orders: VictimOrders,
    env: Readonly<Record<string, string>> = {},
    wrapper: readonly string[] = [],
  ) {
    const script = `scripts/faults/${isDealt(orders.workload) ? "group-victim" : "victim"}.ts`;
    const node = [process.execPath, compiledPath(compiled, script), JSON.stringify(orders)];
    const [program, ...args] = [...wrapper, ...node];
    this.#child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#words = (this.#words + text).slice(-LAST_WORDS);
      });
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        this.isOver = true;
        resolve({ code, signal, words: this.#words });
      });
    });
  }

  /** The end of what it has said up to now. */
  get words(): string {
    return this.#words;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<VictimEnd> {
    this.#child.kill("SIGKILL");
    return this.ended;
  }
}
