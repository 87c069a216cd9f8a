/** A chain of operators that fail at random moments and are started again: nothing is lost, and all comes in order. */
import { expect, it } from "vitest";
import { InputPort } from "../../../lib/channels/input-port.ts";
import { type MemoryChannels, memory } from "../../../lib/channels/memory.ts";
import { OutputPort } from "../../../lib/channels/output-port.ts";
import { run } from "../../../lib/channels/run.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const ROUNDS = 40;
const schema = "numbers";

/** Starts it again until it comes to its end. Only its own crashes, and what peers tell of theirs, may end it before. */
async function untilDone(start: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await start();
      return;
    } catch (error) {
      expect(String(error)).toMatch(/crash/);
    }
  }
}

async function chain({ reader, writer }: MemoryChannels, count: number, rng: Rng): Promise<number[]> {
  const crash = (): void => {
    if (rng.chance(0.02)) throw new Error("crash");
  };
  const taken: number[] = [];
  const source = untilDone(async () => {
    const numbers = writer<number>({ schema, uri: "numbers" });
    await run({ output: new OutputPort(numbers) }, async ({ output }) => {
      while (numbers.written < count) {
        const from = numbers.written;
        const some = Array.from({ length: rng.between(1, 4) }, (_, i) => from + i);
        await output.write(some.filter((n) => n < count));
        crash();
      }
    });
  });
  const middle = untilDone(() =>
    run(
      {
        input: new InputPort(reader<number>({ schema, uri: "numbers" })),
        output: new OutputPort(writer<number>({ schema, uri: "doubled" })),
      },
      async ({ input, output }) => {
        for await (const n of input) {
          crash();
          await output.write(2 * n);
          crash();
          if (rng.chance(0.1)) {
            await output.flush();
            await input.commit();
          }
        }
      },
    ),
  );
  const sink = untilDone(() =>
    run({ input: new InputPort(reader<number>({ schema, uri: "doubled" })) }, async ({ input }) => {
      for await (const n of input) {
        taken.push(n);
        crash();
        if (rng.chance(0.1)) await input.commit();
      }
    }),
  );
  await Promise.all([source, middle, sink]);
  return taken;
}

it("loses nothing, and keeps the order", { timeout: 60_000 }, async () => {
  const seed = seedFrom("TOWPATH_FUZZ_SEED");
  for (let round = 0; round < ROUNDS; round++) {
    const rng = new Rng(seed + round);
    const count = rng.between(0, 300);
    const taken = await chain(memory(), count, rng);
    const whole = Array.from({ length: count }, (_, n) => 2 * n);
    expect([...new Set(taken)], `TOWPATH_FUZZ_SEED=${seed + round}`).toEqual(whole);
  }
});
