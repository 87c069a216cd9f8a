/** Places in the memory that the program's thread shares with the one that watches it. */
export const watchSlots = {
  /** The number of the script's function that is being called, or 0 (lib/base/user-code.ts stores it). */
  place: 0,
  /** Grows as long as the program's thread comes back to its event loop. */
  beats: 1,
  /** 1 while the watching thread takes signals. */
  holds: 2,
  /** Milliseconds that an end in order may take. */
  stopTimeoutMs: 3,
} as const;

/** How often the program's thread shows that it lives. */
export const BEAT_MS = 500;
/** A function that has not returned for this long is worth a line. */
export const STUCK_AFTER_MS = 10_000;

/**
 * The program of the watching thread, as text: neither loaders nor bundlers have to know of it, and nothing of it comes
 * from data. It is given memory (`watchSlots`) and messages:
 *
 *   { place, name }: what a number in `place` means;  { watch: true | false }: a run begins, the last one has ended.
 *
 * and answers the beginning of a run once signals are taken.
 *
 * JavaScript that does not return keeps every signal handler of its thread from being called. So this thread takes
 * SIGINT and SIGTERM as well (libuv hands a signal to each loop that asks for it; node offers that to the main thread
 * only, hence its binding), and does nothing as long as the program ends by itself. When it does not, this thread has
 * the inspector stop it between two statements, takes away its handlers, and sends the signal again, which then ends the
 * process as the signal does by default. What sits in native code is not reached by that, and is killed after a second.
 *
 * Without the binding or the inspector (a node built without it) only the lines are written.
 */
export const watchThread = String.raw`
const { writeSync } = require("node:fs");
const { parentPort, workerData } = require("node:worker_threads");
const { memory, slots, beatMs, stuckAfterMs } = workerData;
const names = new Map();
const signals = { SIGINT: 2, SIGTERM: 15 };
const GRACE_MS = 1500;
const LAST_MS = 1000;
let handles = [];
let asked = 0;
let ending = null;
let forced = false;
let lastBeat = -1;
let beatAt = performance.now();
let told = false;
let watching = false;

function say(line) {
  try { writeSync(2, "towpath: " + line + "\n"); } catch {}
}

function culprit() {
  return names.get(Atomics.load(memory, slots.place)) ?? "the program (a long commit, or a function of the script)";
}

function look() {
  const beat = Atomics.load(memory, slots.beats);
  const now = performance.now();
  if (beat !== lastBeat) {
    lastBeat = beat;
    beatAt = now;
    told = false;
  } else if (!told && watching && now - beatAt >= stuckAfterMs) {
    told = true;
    say(culprit() + " has not returned for " + Math.round(stuckAfterMs / 1000) + " s; until it does, nothing else happens");
  }
}

function isStuck() {
  look();
  return performance.now() - beatAt > 2 * beatMs;
}

function onSignal(name) {
  asked++;
  if (asked > 1) {
    setTimeout(() => force(name), beatMs / 2);
    return;
  }
  const limit = Atomics.load(memory, slots.stopTimeoutMs);
  if (isStuck()) {
    say(name + ", but " + culprit() + " has not returned; the process ends in " + limit / 1000 + " s, with another " + name + " at once");
  }
  ending = setTimeout(() => force(name), limit + GRACE_MS);
}

async function force(name) {
  if (forced || !watching) return;
  forced = true;
  say("ended by " + name + ": " + culprit() + " did not return");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), LAST_MS);
  const { Session } = await import("node:inspector");
  const session = new Session();
  session.connectToMainThread();
  session.on("Debugger.paused", ({ params }) => {
    const expression = "globalThis.process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM')";
    session.post("Debugger.evaluateOnCallFrame", { callFrameId: params.callFrames[0].callFrameId, expression }, () => {
      release();
      process.kill(process.pid, name);
    });
  });
  session.post("Debugger.enable");
  session.post("Debugger.pause");
}

function hold() {
  watching = true;
  look();
  Atomics.store(memory, slots.holds, 1);
  // Deprecated, but the only way to hear of signals in a thread: no news for whoever runs the program.
  process.noDeprecation = true;
  const { Signal } = process.binding("signal_wrap");
  for (const [name, number] of Object.entries(signals)) {
    const handle = new Signal();
    handle.onsignal = () => onSignal(name);
    if (handle.start(number) === 0) handles.push(handle);
  }
}

function release() {
  watching = false;
  for (const handle of handles) handle.close();
  handles = [];
  asked = 0;
  clearTimeout(ending);
  Atomics.store(memory, slots.holds, 0);
  Atomics.notify(memory, slots.holds);
}

parentPort.on("message", (message) => {
  if ("place" in message) names.set(message.place, message.name);
  else if (!message.watch) release();
  else {
    try { if (!watching) hold(); } catch {}
    parentPort.postMessage("ready");
  }
});
setInterval(look, beatMs);
`;
