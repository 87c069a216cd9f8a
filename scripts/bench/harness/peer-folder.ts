/** Peers live outside the checkout: in TOWPATH_PEERS, by default ~/.cache/towpath-peers. */
import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export const peerFolder = process.env.TOWPATH_PEERS ?? join(homedir(), ".cache", "towpath-peers");

const run = promisify(execFile);

/** Runs a tool of an installation; throws with the end of what it said. */
export async function install(program: string, args: readonly string[]): Promise<void> {
  try {
    await run(program, [...args], { maxBuffer: 1 << 26 });
  } catch (cause) {
    const { stdout = "", stderr = "", message } = cause as Error & { stdout?: string; stderr?: string };
    const said = (stderr || stdout).trim().split("\n").slice(-3).join(" / ");
    // A mirror's address may carry a password.
    throw new Error((said || message).replace(/\bhttps?:\/\/[^\s)]+/g, "<address>"));
  }
}
