import { fileURLToPath } from "node:url";

/** A place in the user's script. */
export interface SourceSite {
  readonly file: string;
  readonly line: number;
}

const ownFiles = new URL("../..", import.meta.url).href;
const ownRooms = ["lib/", "connectors/", "node_modules/"];

/**
 * The first frame of the call stack outside Towpath itself: where the user wrote the call; null where there is none.
 * Costs some microseconds, so it is taken when plans are built, never a row.
 */
export function userSite(): SourceSite | null {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = stackTraceLimit;
  for (const frame of stack.split("\n").slice(1)) {
    const match = /\(?((?:file:\/\/)?\/[^()]*?):(\d+):\d+\)?$/.exec(frame);
    if (match === null || isOwn(match[1])) continue;
    const file = match[1].startsWith("file:") ? fileURLToPath(match[1]) : match[1];
    return { file, line: Number(match[2]) };
  }
  return null;
}

function isOwn(path: string): boolean {
  const href = path.startsWith("file:") ? path : `file://${path}`;
  if (href.includes("/node_modules/")) return true;
  return href.startsWith(ownFiles) && ownRooms.some((room) => href.slice(ownFiles.length).startsWith(room));
}

/** `file:line`, relative to the working directory where it is below it. */
export function formatSite(site: SourceSite | null): string {
  if (site === null) return "an unknown place";
  const base = `${process.cwd()}/`;
  const file = site.file.startsWith(base) ? site.file.slice(base.length) : site.file;
  return `${file}:${site.line}`;
}
