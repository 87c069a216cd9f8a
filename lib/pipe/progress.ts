import { type PipeReport, reportLine } from "./report.ts";

const EVERY_MS = 250;

/**
 * Keeps a line about the pipe current on a terminal. Returns what ends it, with the last line: "auto" shows nothing at all
 * where standard error is no terminal, and `true` the last line there.
 */
export function showProgress(
  progress: "auto" | boolean,
  report: () => PipeReport,
): (lastLine: string) => void {
  const { stderr } = process;
  if (progress === false || (progress === "auto" && !stderr.isTTY)) return () => {};
  if (!stderr.isTTY) return (lastLine) => stderr.write(`${lastLine}\n`);
  const draw = (line: string): void => {
    stderr.write(`\r\u001b[2K${line.slice(0, Math.max(1, stderr.columns - 1))}`);
  };
  const timer = setInterval(() => draw(reportLine(report())), EVERY_MS);
  return (lastLine) => {
    clearInterval(timer);
    draw(lastLine);
    stderr.write("\n");
  };
}
