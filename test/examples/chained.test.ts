/** examples/chained.ts on a broker of its own: what it says of each version of the balances. */
import { expect, it } from "vitest";
import { runScript } from "../support/script.ts";

it("audits whole transfers only, while the first process is killed and started again", {
  timeout: 120_000,
}, async () => {
  const { code, stdout, stderr } = await runScript("examples/chained.ts");
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
  const lines = stdout.trimEnd().split("\n");
  const audits = lines.filter((line) => line.startsWith("audit: "));
  const whole = (entries: number): string =>
    `audit: ${entries} entries in ${entries === 4 ? 3 : 4} accounts, sum 0: whole`;
  const upTo = (last: number): string[] => Array.from({ length: last / 4 }, (_, i) => whole(4 * (i + 1)));
  expect(audits).toEqual([...upTo(20), ...upTo(40)]);
  expect(lines.filter((line) => line.startsWith("the first process starts")).length).toBe(2);
  expect(lines.at(-1)).toBe("all transfers have been audited");
});
