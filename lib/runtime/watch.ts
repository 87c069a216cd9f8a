import { isMainThread, Worker } from "node:worker_threads";
import { hasUserCode, shareUserCode } from "../base/user-code.ts";
import { BEAT_MS, STUCK_AFTER_MS, watchSlots, watchThread } from "./watch-thread.ts";

/** How long the end of a run waits for the thread to let go of the signals. */
const RELEASE_MS = 200;

/** How long a run waits for the thread to be there. */
const READY_MS = 2_000;

interface Watch {
  readonly memory: Int32Array;
  readonly thread: Worker;
  /** Runs that wait for the thread; null once it has ended, and there is nothing to wait for. */
  waiting: Set<() => void> | null;
}

/** A run that is being watched. */
export interface Watching {
  /** Resolves when signals are taken, where the script has functions: before that, they should not be called. */
  readonly ready: Promise<void>;
  end(): void;
}

/** One thread for the whole process, from its first run on: watching costs a wake-up every half second. */
let watch: Watch | null = null;
let runs = 0;

/**
 * Has another thread watch this one while a run goes on: it says which function of the script does not return, and ends
 * the process on SIGINT and SIGTERM where that function keeps this thread from doing so (watch-thread.ts).
 * `stopTimeoutMs` is what an end in order may take. In a worker thread, which gets no signals, nothing is watched.
 */
export function watchProgram(stopTimeoutMs: number): Watching {
  if (!isMainThread) return { ready: Promise.resolve(), end() {} };
  watch ??= startWatch();
  const { memory, thread } = watch;
  const ready = hasUserCode() ? isReady(watch) : Promise.resolve();
  runs++;
  Atomics.store(memory, watchSlots.stopTimeoutMs, stopTimeoutMs);
  thread.postMessage({ watch: true });
  const beat = (): void => {
    // Here no function of the script is running, also where the last one threw.
    Atomics.store(memory, watchSlots.place, 0);
    Atomics.add(memory, watchSlots.beats, 1);
  };
  beat();
  const beating = setInterval(beat, BEAT_MS);
  beating.unref();
  return {
    ready,
    end() {
      clearInterval(beating);
      if (--runs === 0) release(memory, thread);
    },
  };
}

async function isReady({ waiting }: Watch): Promise<void> {
  if (waiting === null) return;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, READY_MS);
    waiting.add(resolve);
  });
  clearTimeout(timer);
}

function startWatch(): Watch {
  const memory = new Int32Array(new SharedArrayBuffer(4 * Object.keys(watchSlots).length));
  const workerData = { memory, slots: watchSlots, beatMs: BEAT_MS, stuckAfterMs: STUCK_AFTER_MS };
  // Without the loaders and settings of this process.
  const thread = new Worker(watchThread, { eval: true, workerData, execArgv: [], env: {} });
  const started: Watch = { memory, thread, waiting: new Set() };
  // One listener for all runs; the thread answers each, and the first answer says that signals are taken.
  const wake = (): void => {
    for (const resolve of started.waiting ?? []) resolve();
    started.waiting?.clear();
  };
  thread.on("message", wake);
  // Without it a program runs on as one that is not watched.
  thread.on("error", () => {});
  thread.on("exit", () => {
    wake();
    started.waiting = null;
  });
  // Behind the listeners, which would have it keep the process alive.
  thread.unref();
  shareUserCode(memory, (place, name) => thread.postMessage({ place, name }));
  return started;
}

/** After this, signals are the script's own affair again. A thread that has not begun yet finds that there is nothing to do. */
function release(memory: Int32Array, thread: Worker): void {
  thread.postMessage({ watch: false });
  Atomics.wait(memory, watchSlots.holds, 1, RELEASE_MS);
}
