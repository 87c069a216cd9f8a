/**
 * A Java process that cannot outlive this one.
 *
 * It is started through `sh`, which leaves a watcher behind and becomes Java itself (`exec`, so `pid` is Java's own).
 * The watcher reads a pipe whose other end only this process holds: when it closes without a word, this process is
 * gone, by whatever signal, and the watcher kills Java and removes its folder. A last word ("over") sends it away.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Socket } from "node:net";
import { javaTool } from "./jars.ts";

const wrapper = `
dir=$1; shift
( if ! read -r word <&3; then kill -9 $$ 2>/dev/null; sleep 1; rm -rf "$dir"; fi ) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&- </dev/null
`;

export class JavaProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #alive = true;

  /** Starts `java ...args`, writing to `logFile`. `dir` is removed if this process dies before Java ended. */
  constructor(args: readonly string[], { dir, logFile }: { dir: string; logFile: string }) {
    const log = openSync(logFile, "a");
    // A group of its own, so that Ctrl-C reaches only this process, which then stops Java in order.
    this.#child = spawn("/bin/sh", ["-c", wrapper, "sh", dir, javaTool("java"), ...args], {
      cwd: dir,
      detached: true,
      stdio: ["ignore", log, log, "pipe"],
    });
    closeSync(log);
    // Not stdin: Node closes that one by itself when the child ends, before a last word could be said.
    const watcher = this.#child.stdio[3] as Socket;
    watcher.on("error", () => {});
    watcher.unref();
    this.#exited = new Promise((resolve) => {
      const end = (): void => {
        this.#alive = false;
        watcher.end("over\n");
        resolve();
      };
      this.#child.once("exit", end);
      this.#child.once("error", end);
    });
  }

  /** The process id of Java. */
  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("Java could not be started");
    return pid;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Settles when the process has ended. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /** Sends a signal; a process that has ended is left in peace. */
  signal(name: NodeJS.Signals): void {
    if (this.#alive) this.#child.kill(name);
  }

  /** Ends the process by `name` and waits; after `patienceMs` by SIGKILL. */
  async end(name: NodeJS.Signals, patienceMs = 20_000): Promise<void> {
    this.signal(name);
    const timer = setTimeout(() => this.signal("SIGKILL"), patienceMs);
    await this.#exited;
    clearTimeout(timer);
  }
}
