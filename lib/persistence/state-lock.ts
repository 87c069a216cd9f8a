import { readFileSync } from "node:fs";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { TowpathError } from "../errors.ts";

interface Owner {
  readonly pid: number;
  /** When the process began, as the system counts it: a pid alone comes back. "" where the system does not tell. */
  readonly started: string;
  readonly host: string;
}

let attempts = 0;

/**
 * Keeps a directory to one run. The lock is a file that names its owner; the lock of a process that is gone is taken
 * over. Of two that come at once one gets it, because a file is linked to a name only once.
 */
export class StateLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Throws TP_STATE_LOCKED where another run, also of this process, has the directory. */
  static async take(directory: string): Promise<StateLock> {
    const path = join(directory, "lock");
    const own = `${path}.${process.pid}.${++attempts}`;
    await writeFile(own, JSON.stringify(self()));
    try {
      if (await linked(own, path)) return new StateLock(path);
      await refuseAlive(path);
      await replaceDead(path, own);
      return new StateLock(path);
    } finally {
      await rm(own, { force: true });
    }
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

/** The process that has a directory, or null. */
export async function lockOwner(directory: string): Promise<number | null> {
  const owner = await readOwner(join(directory, "lock"));
  return owner !== null && isAlive(owner) ? owner.pid : null;
}

/** One at a time replaces a dead lock: whoever has the name `lock.takeover`, looking again at who is dead. */
async function replaceDead(path: string, own: string): Promise<void> {
  const takeover = `${path}.takeover`;
  if (!(await linked(own, takeover))) {
    await refuseAlive(takeover);
    await rm(takeover, { force: true });
    if (!(await linked(own, takeover))) throw locked(path, await readOwner(takeover));
  }
  try {
    await refuseAlive(path);
    const mine = `${own}.mine`;
    await link(own, mine);
    await rename(mine, path);
  } finally {
    await rm(takeover, { force: true });
  }
}

async function refuseAlive(path: string): Promise<void> {
  const owner = await readOwner(path);
  if (owner !== null && isAlive(owner)) throw locked(path, owner);
}

function locked(path: string, owner: Owner | null): TowpathError {
  const who =
    owner === null
      ? "another run has"
      : owner.pid === process.pid && owner.host === hostname()
        ? "another run of this process has"
        : `process ${owner.pid} on ${owner.host} has`;
  return new TowpathError("TP_STATE_LOCKED", `${who} the state`, {
    where: path,
    hint:
      owner !== null && owner.host !== hostname()
        ? "End that run first; if that host is gone for certain, remove the lock."
        : "End that run first, or give this one a `persistence.path` of its own.",
  });
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    const { pid, started, host } = JSON.parse(await readFile(path, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? { pid, started: String(started), host: String(host) } : null;
  } catch {
    return null;
  }
}

function self(): Owner {
  return { pid: process.pid, started: startOf(process.pid), host: hostname() };
}

/** Of another host nothing can be known: its lock counts until somebody removes it. */
function isAlive({ pid, started, host }: Owner): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return started === startOf(pid);
}

/** Field 22 of /proc/PID/stat (proc(5)), counted behind the name, which may hold anything. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Killed, and only kept in the table until its parent asks how it ended.
    return fields[0] === "Z" ? "ended" : fields[19];
  } catch {
    return "";
  }
}
