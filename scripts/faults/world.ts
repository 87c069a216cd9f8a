import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaBroker } from "../../test/support/kafka/broker.ts";
import { watermarks } from "../../test/support/kafka/clients.ts";
import type { Rng } from "../../test/support/rng.ts";
import { Feeder } from "./feeder.ts";
import { type Verdict, verify } from "./verify.ts";
import { type VictimEnd, VictimProcess } from "./victim-process.ts";
import type { VictimOrders, Workload } from "./workload.ts";

const SNAPSHOT_EVERY_MS = 300;
/** How long a victim may take to end by itself once it is asked to. */
const END_MS = 20_000;
/** How long a victim may take to start, recover and write. */
const WORKS_WITHIN_MS = 40_000;

/** What worlds are made on. */
export interface Grounds {
  readonly broker: KafkaBroker;
  /** Folder of the compiled programs (test/support/compiled.ts). */
  readonly compiled: string;
}

/** What a scenario has to work with: a fed topic, a victim that it may do anything to, and the broker of both. */
export class World implements AsyncDisposable {
  readonly broker: KafkaBroker;
  readonly workload: Workload;
  readonly rng: Rng;
  readonly feeder: Feeder;
  readonly orders: VictimOrders;
  readonly #compiled: string;
  #victim: VictimProcess | null = null;

  private constructor({ broker, compiled }: Grounds, workload: Workload, rng: Rng, state: string) {
    const id = randomUUID().slice(0, 8);
    this.broker = broker;
    this.#compiled = compiled;
    this.workload = workload;
    this.rng = rng;
    this.orders = {
      workload: workload.name,
      bootstrap: broker.bootstrap,
      input: `in-${id}`,
      output: `out-${id}`,
      state,
      snapshotEveryMs: SNAPSHOT_EVERY_MS,
    };
    this.feeder = new Feeder(broker.bootstrap, this.orders.input, workload, rng);
  }

  static async create(grounds: Grounds, workload: Workload, rng: Rng): Promise<World> {
    const { broker } = grounds;
    const world = new World(grounds, workload, rng, await mkdtemp(join(tmpdir(), "towpath-faults-")));
    await broker.createTopic(world.orders.input, workload.partitions);
    await broker.createTopic(world.orders.output, 1);
    await world.feeder.start();
    return world;
  }

  /** Starts a run of the victim; the former one must be over. */
  start(env: Readonly<Record<string, string>> = {}, wrapper: readonly string[] = []): VictimProcess {
    if (this.#victim?.isOver === false) throw new Error("the victim still runs");
    this.#victim = new VictimProcess(this.#compiled, this.orders, env, wrapper);
    return this.#victim;
  }

  /** Starts another run of the victim beside it, which the scenario has to end. */
  startBeside(env: Readonly<Record<string, string>>): VictimProcess {
    return new VictimProcess(this.#compiled, this.orders, env);
  }

  /** Waits until the victim has written something more; throws when it ends before, or takes too long. */
  async working(): Promise<void> {
    const victim = this.#victim;
    const written = (): Promise<number> =>
      watermarks(this.broker.settings, this.orders.output, 0).then(({ high }) => high);
    const before = await written();
    const deadline = performance.now() + WORKS_WITHIN_MS;
    while ((await written()) <= before) {
      if (victim?.isOver === true) throw new VictimFailed(await victim.ended);
      if (performance.now() > deadline) throw new Error(`the victim wrote nothing for ${WORKS_WITHIN_MS} ms`);
      await sleep(50);
    }
  }

  /** Waits for some time of these bounds, in ms; throws when the victim ends by itself meanwhile. */
  async live(fromMs: number, toMs: number): Promise<void> {
    const victim = this.#victim;
    await Promise.race([sleep(this.rng.between(fromMs, toMs)), victim?.ended]);
    if (victim?.isOver === true) throw new VictimFailed(await victim.ended);
  }

  async kill(): Promise<void> {
    await this.#victim?.kill();
  }

  /** Ends the feeding, lets a victim come to the end of its input, ends it as a user does, and judges the output. */
  async conclude(): Promise<Verdict> {
    await this.feeder.stop();
    const victim = this.#victim?.isOver === false ? this.#victim : this.start();
    const verdict = await Promise.race([
      verify(this.orders, this.feeder.partitions),
      victim.ended.then(failed),
    ]);
    victim.signal("SIGTERM");
    const end = await Promise.race([victim.ended, sleep(END_MS, null)]);
    if (end === null) throw new Error(`the victim did not end within ${END_MS} ms of a SIGTERM`);
    // One that had only just begun to start dies of the signal, as any program does.
    if (end.code !== 0 && end.signal !== "SIGTERM") throw new VictimFailed(end);
    // What its end still sent must be right as well.
    return verdict.problems.length > 0 ? verdict : verify(this.orders, this.feeder.partitions);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.feeder.abandon();
    await rm(this.orders.state, { recursive: true, force: true });
  }
}

/** A victim that was to live, and ended. */
export class VictimFailed extends Error {
  readonly end: VictimEnd;

  constructor(end: VictimEnd) {
    super(`the victim ended with ${end.code ?? end.signal}: ${end.words}`);
    this.end = end;
  }
}

function failed(end: VictimEnd): never {
  throw new VictimFailed(end);
}
