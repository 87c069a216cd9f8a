import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, startTicks } from "./processes.mjs";
import { say } from "./say.mjs";

const touchEveryMs = 15_000;
const foreignStaleMs = 4 * touchEveryMs;
const pollMs = 200;

/**
 * Takes the lock file `path`, waiting while another set-up holds it. A lock whose process is dead is taken over; one
 * of another host (a shared checkout: its pids mean nothing here) when it was not touched for a minute.
 *
 * @returns a function that gives the lock back; calling it twice is harmless
 */
export async function takeLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, ticks: startTicks(process.pid), host: hostname() });
  let told = false;
  while (!(await tryTake(path, mine))) {
    const holder = read(path);
    if (holder !== null && isStale(path, holder)) {
      removeStale(path, holder);
    } else {
      if (!told && holder !== null)
        say(`another set-up (process ${pidOf(holder)}) is at work: waiting for it`);
      told ||= holder !== null;
      await sleep(pollMs);
    }
  }
  const touching = setInterval(() => touch(path), touchEveryMs).unref();
  return () => {
    clearInterval(touching);
    if (read(path) === mine) rmSync(path, { force: true });
  };
}

/** A link is made whole or not at all, so nobody ever reads a half-written lock. */
async function tryTake(path, mine) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    linkSync(draft, path);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  // Two that judged the same lock stale can each remove one; whoever was removed by mistake sees it here.
  await sleep(pollMs / 4);
  return read(path) === mine;
}

/** Whether the text of a lock names a process that is gone. Exported for its test. */
export function isStale(path, text) {
  const { pid, ticks, host } = parse(text);
  if (pid === undefined || host !== hostname()) return ageMs(path) > foreignStaleMs;
  return !isAlive(pid, ticks ?? null);
}

function removeStale(path, text) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  // Somebody else took it between our look and our rename: give it back.
  if (read(aside) !== text) {
    try {
      linkSync(aside, path);
    } catch {
      // A third one holds it now; the one we disturbed sees that and waits again.
    }
  }
  rmSync(aside, { force: true });
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function pidOf(text) {
  return parse(text).pid ?? "unknown";
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Taken from us: nothing to keep fresh.
  }
}
