/** A process under measurement: its CPU time and peak memory, sampled from /proc while it runs. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** User and system time of all threads since the start, in seconds. */
  readonly cpuSeconds: number;
  /** Resident memory now, in MB. */
  readonly rssMb: number;
}

const SAMPLE_MS = 50;
/** Linux counts in 1/100 s for programs, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

export class MeasuredProcess {
  readonly startedAt = Date.now();
  readonly samples: Sample[] = [];
  readonly #child: ChildProcess;
  readonly #timer: NodeJS.Timeout;
  readonly #exited: Promise<number | null>;
  readonly #command: string;
  #isOver = false;
  #stdout = "";
  #stderr = "";
  peakMb = 0;

  constructor({ program, args, env = {} }: Command) {
    this.#command = [program, ...args].join(" ");
    this.#child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-10_000);
    });
    this.#exited = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code) => {
        this.#isOver = true;
        clearInterval(this.#timer);
        resolve(code);
      });
    });
    this.#exited.catch(() => {});
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** The end of what it said to stderr, or of all that it said. */
  get lastWords(): string {
    return this.#stderr || this.#stdout.slice(-10_000);
  }

  /** Waits for the end; throws with what the process said last unless it ended well. */
  async ended(): Promise<void> {
    const code = await this.#exited;
    if (code !== 0) throw new Error(`${this.#command} ended with ${code}:\n${this.lastWords}`);
  }

  /** Ends a process that has done its work and waits for that. */
  async stop(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (!this.#isOver) this.#child.kill(signal);
    await this.#exited;
  }

  /** CPU seconds between two instants, interpolated between samples. */
  cpuBetween(from: number, to: number): number {
    return this.#cpuAt(to) - this.#cpuAt(from);
  }

  #cpuAt(at: number): number {
    const after = this.samples.findIndex((sample) => sample.at >= at);
    if (after < 0) return this.samples.at(-1)?.cpuSeconds ?? 0;
    if (after === 0) return this.samples[0].cpuSeconds;
    const [a, b] = [this.samples[after - 1], this.samples[after]];
    return a.cpuSeconds + ((b.cpuSeconds - a.cpuSeconds) * (at - a.at)) / (b.at - a.at);
  }

  #sample(): void {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8");
      const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
      // Behind the command's name, which may hold anything: state is field 3, utime 14, stime 15.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
      this.samples.push({ at: Date.now(), cpuSeconds, rssMb: kilobytes(status, "VmRSS") / 1024 });
      this.peakMb = Math.max(this.peakMb, kilobytes(status, "VmHWM") / 1024);
    } catch {
      // The process has just ended, or this system has no /proc: what was not measured is not printed.
    }
  }
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
}
