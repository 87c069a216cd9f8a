import { describe, expect, it } from "vitest";
import { AnswerFold } from "../../scripts/bench/harness/answer-fold.ts";
import { amountOf, orderMessages } from "../../scripts/bench/harness/avro-orders.ts";
import { nodeCommand, towpath } from "../../scripts/bench/harness/contenders.ts";
import { engineAnswers } from "../../scripts/bench/harness/engine-data.mjs";
import { fillTopic } from "../../scripts/bench/harness/fill-topic.ts";
import {
  allGcPauses,
  gcFigures,
  gcPauses,
  gcTable,
  gcWatched,
} from "../../scripts/bench/harness/gc-pauses.ts";
import { MeasuredProcess } from "../../scripts/bench/harness/measured-process.ts";
import { readTopic } from "../../scripts/bench/harness/read-topic.ts";
import { csvWords, ordersByRegion, ordersBySegment, words } from "../../scripts/bench/harness/workload.ts";
import { createTopic } from "../support/kafka/create-topic.ts";
import { sharedBroker, sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";

const jobs = {
  wordcount: words,
  "wordcount-csv": csvWords,
  "orders-group": ordersByRegion,
  "orders-join": ordersBySegment,
} as const;

describe.skipIf(!sharedBrokerAvailable().ok)("a job of the benchmarks", { timeout: 120_000 }, () => {
  it.each(Object.entries(jobs))("comes to the right answers: %s", async (job, make) => {
    const { settings } = await sharedBroker();
    const bootstrap = settings["bootstrap.servers"] ?? "";
    const made = make(6_000);
    const topics = made.topics.map((topic) => ({ ...topic, name: `bench-${job}-${topic.name}` }));
    const workload = { ...made, topics };
    const outTopic = `bench-${job}-out`;
    await createTopic(settings, { name: outTopic, partitions: 1, config: {} });
    for (const topic of topics) {
      await createTopic(settings, { name: topic.name, partitions: 1, config: {} });
      await fillTopic(bootstrap, topic);
    }
    const measured = new MeasuredProcess(towpath(job, "").command({ bootstrap, outTopic, workload }));
    await measured.ended();
    const fold = new AnswerFold(workload);
    await readTopic(bootstrap, outTopic, (text, at) => fold.take(text, at));
    fold.finish();
    expect(fold.progress.at(-1)?.rows).toBe(6_000);
    expect(measured.samples.length).toBeGreaterThan(0);
  });
});

describe.skipIf(!sharedBrokerAvailable().ok)("the job avro", { timeout: 120_000 }, () => {
  it("makes columns of all messages", async () => {
    const { settings } = await sharedBroker();
    const bootstrap = settings["bootstrap.servers"] ?? "";
    const name = "bench-avro-orders";
    await createTopic(settings, { name, partitions: 1, config: {} });
    await fillTopic(bootstrap, { name, head: [], cycle: orderMessages(100), messages: 6_000 });
    const measured = new MeasuredProcess(nodeCommand("jobs/avro.ts", [bootstrap, name, "6000"]));
    await measured.ended();
    const cycle = Array.from({ length: 100 }, (_, i) => amountOf(i));
    expect(JSON.parse(measured.stdout).amount).toBe(60 * cycle.reduce((sum, amount) => sum + amount, 0));
  });
});

describe("a job without Kafka", { timeout: 120_000 }, () => {
  it.each([[[]], [["append-only"]]])("comes to the right answers: engine %j", async (kind) => {
    const measured = new MeasuredProcess(nodeCommand("jobs/engine.ts", ["6000", "1000", ...kind]));
    await measured.ended();
    const { rows, answers } = JSON.parse(measured.stdout);
    expect(answers).toEqual(engineAnswers(6_000));
    expect(rows).toBe(Object.keys(answers).length);
  });

  it("says how long it stood still to collect garbage, where it is watched", async () => {
    const engine = {
      ...towpath("engine", ""),
      command: () => nodeCommand("jobs/engine.ts", ["60000", "1000"]),
    };
    const lane = { bootstrap: "", outTopic: "", workload: words(1) };
    const measured = new MeasuredProcess(gcWatched(engine).command(lane));
    await measured.ended();
    const pauses = gcPauses(measured.stdout);
    const { count = 0, totalMs = 0, maxMs = 0 } = pauses.get("minor") ?? {};
    expect(count).toBeGreaterThan(0);
    expect(maxMs).toBeGreaterThan(0);
    expect(totalMs).toBeGreaterThanOrEqual(maxMs);
    expect(gcTable("engine", pauses)).toContain("minor");
    expect(gcPauses(measured.stdout, Date.now() + 1_000).size).toBe(0);
    const twice = gcFigures(allGcPauses([pauses, pauses]));
    expect(twice.gcPauses).toBe(2 * gcFigures(pauses).gcPauses);
    expect(twice.gcMaxMs).toBe(gcFigures(pauses).gcMaxMs);
  });

  it("says what a touched row costs: growth", async () => {
    const measured = new MeasuredProcess(nodeCommand("jobs/growth.ts", ["1000"]));
    await measured.ended();
    const { nsPerRow, usPerSmallCommit } = JSON.parse(measured.stdout);
    expect(nsPerRow).toBeGreaterThan(0);
    expect(usPerSmallCommit).toBeGreaterThan(0);
  });

  it("is told apart from one that fails", async () => {
    const measured = new MeasuredProcess({
      program: process.execPath,
      args: ["-e", "console.error('no ' + 'luck'); process.exit(3)"],
    });
    await expect(measured.ended()).rejects.toThrow(/ended with 3:\nno luck/);
  });
});
