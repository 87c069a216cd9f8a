/** Milliseconds of CPU time that this process has used: a clock that other work on the machine does not move. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
