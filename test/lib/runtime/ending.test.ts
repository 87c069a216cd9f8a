/** Every run ends in bounded time, in processes of their own. */
import { describe, expect, it } from "vitest";
import { Ending } from "../../../lib/runtime/ending.ts";
import { Script, writeProgram } from "../../support/script.ts";
import { waitForPrint } from "../../support/wait-for-print.ts";

const timeoutMs = 120_000;

function start(name: string, ...lines: string[]): Script {
  return new Script(
    writeProgram("ending", `${name}.js`, ['import * as pw from "towpath";', ...lines].join("\n")),
  );
}

/** Calls a function of the script that never returns for n = 3. */
const stuck = (stopTimeoutMs: number, after = "") =>
  [
    "const input = pw.input(pw.schema({ n: 'int' }));",
    "const spin = (n) => { if (n === 3) { console.error('spinning'); for (;;); } return n; };",
    "const t = input.select((c) => ({ m: pw.apply(spin, c.n, { type: 'int' }) }));",
    "pw.subscribe(t, { onChange: () => {} });",
    "for (let n = 0; n < 5; n++) { input.insert({ n }); input.commit(); }",
    `await pw.run({ monitoring: "none", stopTimeoutMs: ${stopTimeoutMs} });`,
    after,
  ] as const;

/** Milliseconds until it has ended. */
async function endOf(script: Script): Promise<{ code: number | null; stderr: string; ms: number }> {
  const startedAt = performance.now();
  const { code, stderr } = await script.ended;
  return { code, stderr, ms: performance.now() - startedAt };
}

describe("a function that never returns", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends by one %s, after stopTimeoutMs",
    async (signal) => {
      const script = start(`stuck-${signal}`, ...stuck(1_000));
      await waitForPrint(script, "spinning");
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      script.signal(signal);
      const { code, stderr, ms } = await endOf(script);
      expect(code).toBeNull();
      expect(stderr).toMatch(
        new RegExp(`${signal}, but the function at \\S+/stuck-${signal}\\.js:4 has not returned`),
      );
      expect(stderr).toContain(`ended by ${signal}`);
      expect(ms).toBeGreaterThan(900);
      expect(ms).toBeLessThan(8_000);
    },
    timeoutMs,
  );

  it(
    "ends at once by a second signal",
    async () => {
      const script = start("stuck-twice", ...stuck(60_000));
      await waitForPrint(script, "spinning");
      script.signal("SIGTERM");
      await new Promise((resolve) => setTimeout(resolve, 500));
      script.signal("SIGTERM");
      const { code, ms } = await endOf(script);
      expect(code).toBeNull();
      expect(ms).toBeLessThan(5_000);
    },
    timeoutMs,
  );

  it(
    "is named after 10 s",
    async () => {
      const script = start("stuck-named", ...stuck(60_000));
      await waitForPrint(script, /the function at \S+\/stuck-named\.js:4 has not returned for 10 s/);
    },
    timeoutMs,
  );
});

describe("signals", () => {
  const waiting = [
    "const input = pw.input(pw.schema({ n: 'int' }));",
    "pw.subscribe(input, { onChange: () => {}, onEnd: () => console.log('end') });",
    "setTimeout(() => console.log('running'), 300);",
    "const alive = setInterval(() => {}, 1_000);",
  ];

  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s ends a run in order: exit code 0",
    async (signal) => {
      const script = start(
        `order-${signal}`,
        ...waiting,
        "console.log((await pw.run()).reason);",
        "clearInterval(alive);",
      );
      await waitForPrint(script, "running");
      script.signal(signal);
      const { code, stdout } = await script.ended;
      expect({ code, stdout }).toEqual({ code: 0, stdout: "running\nend\nstopped\n" });
    },
    timeoutMs,
  );

  it(
    "are the script's own affair again after the run",
    async () => {
      const script = start(
        "after",
        ...waiting,
        "setTimeout(() => input.close(), 1_500);",
        "await pw.run({ monitoring: 'none' });",
        "console.log('over');",
      );
      await waitForPrint(script, "over");
      script.signal("SIGTERM");
      const { code, ms } = await endOf(script);
      expect(code).toBeNull();
      expect(ms).toBeLessThan(2_000);
    },
    timeoutMs,
  );

  it(
    "end a run whose reader never comes back: exit code 1, and what was not delivered",
    async () => {
      const script = start(
        "promise",
        "const input = pw.input(pw.schema({ n: 'int' }));",
        "pw.subscribe(input, { name: 'slow', onChange: () => { console.log('called'); return new Promise(() => {}); } });",
        "input.insert({ n: 1 });",
        "input.commit();",
        "setInterval(() => {}, 1_000);",
        "await pw.run({ monitoring: 'none', stopTimeoutMs: 700 });",
      );
      await waitForPrint(script, "called");
      script.signal("SIGTERM");
      const { code, stderr, ms } = await endOf(script);
      expect(code).toBe(1);
      expect(stderr).toContain(
        "TP_STOP_TIMEOUT: the run did not end within 700 ms (output slow: changes not delivered",
      );
      expect(ms).toBeLessThan(4_000);
    },
    timeoutMs,
  );

  it(
    "end the process at once the second time: exit code 143",
    async () => {
      const script = start(
        "twice",
        "const input = pw.input(pw.schema({ n: 'int' }));",
        "pw.subscribe(input, { onChange: () => { console.log('called'); return new Promise(() => {}); } });",
        "input.insert({ n: 1 });",
        "input.commit();",
        "setInterval(() => {}, 1_000);",
        "await pw.run({ monitoring: 'none', stopTimeoutMs: 60_000 });",
      );
      await waitForPrint(script, "called");
      script.signal("SIGTERM");
      await new Promise((resolve) => setTimeout(resolve, 200));
      script.signal("SIGTERM");
      const { code, ms } = await endOf(script);
      expect(code).toBe(143);
      expect(ms).toBeLessThan(2_000);
    },
    timeoutMs,
  );
});

it("leaves nothing behind in a process of many runs, one after the other and at once", async () => {
  const script = start(
    "many",
    "const once = () => pw.graph(async () => {",
    "  const input = pw.input(pw.schema({ n: 'int' }));",
    "  pw.subscribe(input, { onChange: () => {} });",
    "  input.insert({ n: 1 });",
    "  input.close();",
    "  await pw.run({ monitoring: 'none' });",
    "});",
    "for (let i = 0; i < 12; i++) await once();",
    "await Promise.all(Array.from({ length: 12 }, once));",
  );
  // The timeout of the test is what a process that is kept alive would meet.
  expect(await script.ended).toEqual({ code: 0, stdout: "", stderr: "" });
}, 30_000);

describe("Ending", () => {
  it("gives up what takes longer than stopTimeoutMs after the end began, and tells the rest", async () => {
    const ending = new Ending(50, () => {});
    const work = ending.within(new Promise(() => {}), () => "3 messages");
    ending.end();
    await expect(work).rejects.toThrow("TP_STOP_TIMEOUT: the run did not end within 50 ms (3 messages)");
  });

  it("waits for work as long as nobody ends the run", async () => {
    const ending = new Ending(1, () => {});
    const work = new Promise((resolve) => setTimeout(() => resolve("done"), 50));
    expect(await ending.within(work, () => "")).toBe("done");
  });

  it("gives closing a second at least", async () => {
    const ending = new Ending(1, () => {});
    ending.end();
    expect(await ending.closing(new Promise((resolve) => setTimeout(resolve, 200)))).toBe(true);
    expect(await ending.closing(new Promise(() => {}))).toBe(false);
  });
});
