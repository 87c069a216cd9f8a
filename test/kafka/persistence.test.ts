/** A program with persistence is killed at random moments: what it writes is what an uninterrupted one writes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { read } from "../../connectors/kafka/index.ts";
import { produce } from "../support/kafka/clients.ts";
import { describeIngests, readAll } from "../support/kafka/reading.ts";
import { writtenTo } from "../support/kafka/updates.ts";
import { Rng, seedFrom } from "../support/rng.ts";
import { Script } from "../support/script.ts";

const file = "test/support/kafka/persist-script.ts";
const KILLS = 4;
/** In which the last run reads what is left. */
const LAST_MS = 40_000;

describeIngests("a program that is killed", ["mock", "real"], (broker, ingest) => {
  const scope = ingest === "packed" ? "aligned" : "connector";
  it(`loses nothing and counts nothing twice, scope ${scope}`, { timeout: 120_000 }, async () => {
    const rng = new Rng(seedFrom("TOWPATH_FUZZ_SEED"));
    const partitions = 2;
    const [input, output] = [await broker.freshTopic(partitions), await broker.freshTopic()];
    const state = await mkdtemp(join(tmpdir(), "towpath-killed-"));
    onTestFinished(() => rm(state, { recursive: true }));
    const counts = new Map<string, number>();
    const env = {
      BOOTSTRAP: broker.settings["bootstrap.servers"],
      IN: input,
      OUT: output,
      STATE: state,
      SCOPE: scope,
      TOWPATH_INGEST: ingest,
    };
    await produce(broker.settings, input, [{ value: "word,n", partition: 0 }]);
    let script = new Script(file, { env });
    for (let kill = 0; kill < KILLS; kill++) {
      for (let round = 0; round < 5; round++) {
        await produce(broker.settings, input, messages(rng, partitions, counts));
        await sleep(rng.below(150));
      }
      await sleep(rng.below(1_500));
      script.signal("SIGKILL");
      await script.ended;
      script = new Script(file, { env });
    }
    script.signal("SIGKILL");
    await script.ended;
    const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
    const last = new Script(file, { env: { ...env, TOTAL: String(total) } });
    // Ended from outside it says how far it came.
    const timer = setTimeout(() => last.signal("SIGTERM"), LAST_MS);
    const { code, stdout, stderr } = await last.ended;
    clearTimeout(timer);
    expect([code, stdout, stderr], `TOWPATH_FUZZ_SEED=${rng.seed}`).toEqual([
      0,
      expect.stringContaining(`[{"n":${total}}]`),
      expect.anything(),
    ]);
    const runs = (await writtenTo(broker.settings, output)).map(({ headers }) => headers["tp-run"]);
    expect(new Set(runs).size).toBe(1);
    const { commits } = await readAll(() =>
      read(broker.settings, {
        topicNames: [output],
        format: "updates",
        valueColumns: ["word", "n"],
        mode: "static",
      }),
    );
    const live = new Map<unknown, unknown>();
    for (const { rows } of commits)
      for (const { word, n, diff = 1 } of rows) if (diff === 1) live.set(word, n);
    expect(live, `TOWPATH_FUZZ_SEED=${rng.seed}`).toEqual(counts);
  });
});

/** Rows and a marker for every partition. */
function messages(rng: Rng, partitions: number, counts: Map<string, number>) {
  const rows = Array.from({ length: rng.between(1, 40) }, () => {
    const [word, n] = [`w${rng.below(6)}`, rng.between(1, 5)];
    counts.set(word, (counts.get(word) ?? 0) + n);
    return { value: `${word},${n}`, partition: rng.below(partitions) };
  });
  const markers = Array.from({ length: partitions }, (_, partition) => ({ value: "*COMMIT*", partition }));
  return [...rows, ...markers];
}
