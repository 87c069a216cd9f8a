/** Runs a TypeScript file as a program of its own, as a user does. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface ScriptOptions {
  readonly args?: readonly string[];
  /** Added to the environment, from which all variables that the examples read have been taken. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ScriptResult {
  /** Exit code; null where a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running script; it is killed when the test that started it is over. */
export class Script {
  readonly #child: ChildProcess;
  readonly #result: Promise<ScriptResult>;
  #stdout = "";
  #stderr = "";

  /** Starts `file` (path from the root of the checkout). */
  constructor(file: string, { args = [], env = {} }: ScriptOptions = {}) {
    this.#child = spawn(process.execPath, ["--import", "tsx", file, ...args], {
      cwd: root,
      env: { ...plainEnvironment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text) => {
      this.#stderr += text;
    });
    this.#result = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code) => resolve({ code, stdout: this.#stdout, stderr: this.#stderr }));
    });
    onTestFinished(() => {
      this.#child.kill("SIGKILL");
    });
  }

  /** Resolves when the process has ended and said its last. */
  get ended(): Promise<ScriptResult> {
    return this.#result;
  }

  /** What it has printed to both streams up to now. */
  get printed(): string {
    return `${this.#stdout}${this.#stderr}`;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** Runs a script to its end. */
export function runScript(file: string, options: ScriptOptions = {}): Promise<ScriptResult> {
  return new Script(file, options).ended;
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const read =
    /^(?:KAFKA_|TOWPATH_|(?:IN_TOPIC|OUT_TOPIC|COMMIT_EVERY_MS|START_MS|INTERVAL_MS|FORCE_COLOR)$)/;
  const kept = Object.entries(process.env).filter(([name]) => !read.test(name) || name === "TOWPATH_INGEST");
  return Object.fromEntries(kept);
}
