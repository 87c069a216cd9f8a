import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import rdkafka from "node-rdkafka";
import { watermarks } from "../../../test/support/kafka/clients.ts";
import { javaTool, kafkaJars } from "../../../test/support/kafka/jars.ts";
import type { Scenario } from "../scenario.ts";
import { workloads } from "../workload.ts";
import { VictimFailed, type World } from "../world.ts";

const run = promisify(execFile);
const PARTITIONS_MAX = 6;
/** How long messages come that nobody reads. */
const UNREAD_MS = 1_000;

/** The topic gains partitions while the victim runs, and while it is dead. */
export const partitionsGrow: Scenario = {
  name: "partitions grow",
  what: "a topic that gains partitions, under a victim that runs or is dead",
  workloads: [workloads.spread],
  rounds: [2, 4],
  run: async (world, rounds) => {
    for (let round = 0; round < rounds; round++) {
      world.start();
      await world.working();
      if (round % 2 === 1) await world.kill();
      await addPartition(world);
      if (round % 2 === 0) await world.live(500, 6_000);
      await world.kill();
    }
    return rounds;
  },
};

async function addPartition(world: World): Promise<void> {
  const { feeder, broker, orders } = world;
  if (feeder.partitions === PARTITIONS_MAX) return;
  const wanted = feeder.partitions + 1;
  const admin = rdkafka.AdminClient.create({ ...broker.settings });
  try {
    await new Promise<void>((resolve, reject) => {
      admin.createPartitions(orders.input, wanted, 30_000, (error) =>
        error ? reject(new Error(error.message)) : resolve(),
      );
    });
  } finally {
    admin.disconnect();
  }
  await feeder.grow(wanted);
}

/** The broker drops messages that the victim has not read yet: it must refuse to go on, and say which. */
export const retentionPassed: Scenario = {
  name: "retention passed",
  what: "messages that are gone before they were read: the run is refused and names the gap",
  workloads: [workloads.grouped],
  rounds: [1, 2],
  isTheEnd: true,
  run: async (world, rounds) => {
    for (let round = 0; round < rounds; round++) {
      if (round === 0) {
        world.start();
        await world.working();
        await world.kill();
        await sleep(UNREAD_MS);
        await world.feeder.stop();
        await dropAll(world);
      }
      const end = await world.start().ended;
      if (end.code !== 1 || !end.words.includes("TP_KAFKA_OFFSET_OUT_OF_RANGE")) throw new VictimFailed(end);
    }
    return rounds;
  },
};

/** Deletes every message of the input, by Kafka's own tool. */
async function dropAll({ broker, orders }: World): Promise<void> {
  const { high } = await watermarks(broker.settings, orders.input, 0);
  const file = join(broker.dir, "delete.json");
  const partitions = [{ topic: orders.input, partition: 0, offset: high }];
  await writeFile(file, JSON.stringify({ version: 1, partitions }));
  const { classPath } = await kafkaJars();
  const tool = ["-cp", classPath, "org.apache.kafka.tools.DeleteRecordsCommand"];
  await run(javaTool("java"), [...tool, "--bootstrap-server", broker.bootstrap, "--offset-json-file", file]);
}
