/** Runs a program of the checkout in a process of its own, as a user does. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject, onTestFinished } from "vitest";
import { compiledPath } from "./compiled.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** In which "towpath" does not mean the sources, for programs that let tsx load others. */
const withoutPaths = "scripts/tsconfig.build.json";

export interface ScriptOptions {
  readonly args?: readonly string[];
  /** Added to the environment, from which all variables that the examples read have been taken. */
  readonly env?: Readonly<Record<string, string>>;
  /** By tsx from the sources, which takes seconds; else from what was compiled for all tests of this run. */
  readonly fromSource?: boolean;
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

  /** Starts `file`: TypeScript by its path from the root of the checkout, or what `writeProgram` returned. */
  constructor(file: string, { args = [], env = {}, fromSource = false }: ScriptOptions = {}) {
    const words = fromSource ? ["--import", "tsx", file] : [compiled(file)];
    this.#child = spawn(process.execPath, [...words, ...args], {
      cwd: root,
      env: { ...plainEnvironment(), ...(fromSource ? {} : { TSX_TSCONFIG_PATH: withoutPaths }), ...env },
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

/** Path of the JavaScript that was made of a TypeScript file of the checkout. */
export function compiled(file: string): string {
  return isAbsolute(file) ? file : compiledPath(inject("compiled"), file);
}

/** Writes a program in which "towpath" means the compiled library; returns its path. Each suite has its own `folder`. */
export function writeProgram(folder: string, name: string, text: string): string {
  const path = join(inject("compiled"), "programs", folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const read =
    /^(?:KAFKA_|TOWPATH_|(?:IN_TOPIC|OUT_TOPIC|COMMIT_EVERY_MS|START_MS|INTERVAL_MS|FORCE_COLOR)$)/;
  const kept = Object.entries(process.env).filter(([name]) => !read.test(name) || name === "TOWPATH_INGEST");
  return Object.fromEntries(kept);
}
