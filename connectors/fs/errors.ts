import { TowpathError } from "../../lib/errors.ts";

/** What the operating system said about a file, as an error of ours. `what` is such as "could not be read". */
export function fileFailure(path: string, what: string, cause: unknown): TowpathError {
  const code = isErrno(cause) ? cause.code : undefined;
  if (code === "ENOENT" && what === "could not be read") {
    return new TowpathError("TP_FILE_ABSENT", `${path} is not there`, {
      hint: "Check the path; it is taken from the working directory.",
      cause,
    });
  }
  const reason = code === undefined ? String(cause) : (reasons[code] ?? code);
  const hint = code === undefined ? undefined : hints[code];
  return new TowpathError("TP_FILE_FAILED", `${path} ${what}: ${reason}`, { hint, cause });
}

/** A file that is or has been read is no longer what it was. */
export function fileChanged(path: string, how: string, when = "while it was read"): TowpathError {
  return new TowpathError("TP_FILE_CHANGED", `${path} ${how} ${when}`, {
    hint: "Files that are read may only grow: add lines, or add files to a directory.",
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full (ENOSPC)",
  EDQUOT: "the disk quota is used up (EDQUOT)",
  EACCES: "it may not be opened (EACCES)",
  EPERM: "it may not be opened (EPERM)",
  EISDIR: "it is a directory (EISDIR)",
  ENOENT: "its directory is not there (ENOENT)",
  EMFILE: "too many files are open (EMFILE)",
};

const hints: Readonly<Record<string, string>> = {
  ENOSPC: "Make room and run again: the file holds whole commits up to the last one or two.",
  ENOENT: "Make the directory first.",
  EISDIR: "Give the path of a file.",
};

function isErrno(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
