/** Errors of set-up that a person can act on: printed without a stack. */
export class SetupError extends Error {}

/** One line of set-up's own, on stderr, so that stdout belongs to the command that follows. */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

const hostOfFailure = /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH)(\s+)\S+/g;

/**
 * Takes addresses and credentials out of a text: what npm prints can hold registry hosts and tokens of the user's
 * configuration, and set-up's log is what people paste into an issue.
 */
export function scrub(text) {
  return text
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi, "<url>")
    .replace(/(^|[\s"'])\/\/[\w.-]+(:\d+)?\/[^\s"']*/g, "$1<url>")
    .replace(hostOfFailure, "$1$2<host>")
    .replace(/\b(host|hostname|registry|proxy)(["']?\s*[:=]\s*)\S+/gi, "$1$2<host>")
    .replace(
      /(_?auth(?:token)?|password|secret|token|bearer|basic)(["']?(?:\s*[:=]\s*|\s+))\S+/gi,
      "$1$2<secret>",
    );
}
