/** How messages of a group's partitions wait: for the group's word on who has them, and for outputs that are full. */
import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { PartitionSlots } from "../../../connectors/kafka/client/partition-slots.ts";
import { GroupIntake } from "../../../connectors/kafka/group/group-intake.ts";
import { GroupOffsets } from "../../../connectors/kafka/group/group-offsets.ts";
import { PartitionTenure } from "../../../connectors/kafka/group/partition-tenure.ts";
import type { Consumer } from "../../../connectors/kafka/ingest/consumer.ts";
import type { Ingest } from "../../../connectors/kafka/ingest/ingest.ts";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import type { Session } from "../../../lib/io/session.ts";
import { packed } from "../formats/packed.ts";

const ILLEGAL_GENERATION = 22;
const COORDINATOR_LOADING = 14;

/** Two partitions of one topic, and what their sessions have been fed. */
function setUp() {
  const slots = new PartitionSlots();
  const fed: string[] = [];
  const tenures = new Map(
    [0, 1].map((partition) => {
      const slot = slots.add("t", partition);
      const session = {
        feed: ({ bytes }: PackedMessages) => fed.push(Buffer.from(bytes).toString()),
      } as Partial<Session> as Session;
      return [slot, new PartitionTenure({ topic: "t", partition }, slot, slots.place(slot), session)];
    }),
  );
  return { slots, fed, tenures, first: tenures.get(0) as PartitionTenure };
}

/** Messages by partition and text. */
function messages(...given: readonly [partition: number, text: string][]): PackedMessages {
  const all = packed(given.map(([, text]) => text));
  all.partitions.set(given.map(([partition]) => partition));
  return all;
}

test("an offset that is refused puts its partition in doubt, until one is taken", () => {
  const { tenures, first } = setUp();
  const raw = new EventEmitter();
  const offsets = new GroupOffsets();
  offsets.start({ raw, store: () => {} } as unknown as Consumer, () => tenures.values());
  const told: boolean[] = [];
  for (const code of [COORDINATOR_LOADING, ILLEGAL_GENERATION, null]) {
    raw.emit("offset.commit", code === null ? null : { code }, [{ topic: "t", partition: 0, offset: 1 }]);
    told.push(first.isInDoubt);
  }
  offsets.stop();
  expect(told).toEqual([false, true, false]);
  expect([...tenures.values()].map(({ isOver, isStopped }) => isOver || isStopped)).toEqual([false, false]);
});

test("what has come of a partition in doubt waits, in its order, while others are read; then it is read", () => {
  const { slots, fed, tenures, first } = setUp();
  const come = [messages([0, "a"], [1, "b"], [0, "c"]), messages([1, "d"], [0, "e"])];
  const ingest = { take: () => come.shift() ?? null, takeEvents: () => [] } as Partial<Ingest> as Ingest;
  const intake = new GroupIntake(ingest, {} as Consumer, slots, tenures, () => {});
  const readAll = (): string[] => {
    fed.length = 0;
    while (intake.next() !== null) intake.used();
    return [...fed];
  };
  intake.next();
  expect(fed).toEqual(["a"]);
  // The session is in the midst of what it was fed.
  first.doubt();
  expect(readAll()).toEqual(["b"]);
  first.trust();
  expect(readAll()).toEqual(["c", "d", "e"]);
  come.push(messages([0, "f"], [1, "g"]));
  intake.next();
  first.doubt();
  first.stop();
  expect(readAll()).toEqual(["g"]);
});

test("a partition that goes while it is paused is resumed, or it would come back paused", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { slots, tenures, first } = setUp();
  const said: string[] = [];
  const consumer = {
    pause: ({ partition }) => said.push(`pause ${partition}`),
    resume: ({ partition }) => said.push(`resume ${partition}`),
  } as Partial<Consumer> as Consumer;
  const come = [messages([0, "a"], [1, "b"])];
  const ingest = { take: () => come.shift() ?? null, takeEvents: () => [] } as Partial<Ingest> as Ingest;
  const intake = new GroupIntake(ingest, consumer, slots, tenures, () => {});
  intake.next();
  for (let i = 0; i < 2; i++) {
    vi.advanceTimersByTime(1_000);
    intake.serve();
  }
  expect(said).toEqual(["pause 0", "pause 1"]);
  first.stop();
  intake.resume(first);
  while (intake.next() !== null) intake.used();
  expect(said).toEqual(["pause 0", "pause 1", "resume 0", "resume 1"]);
  vi.useRealTimers();
});

test("what names a schema that must be fetched waits, in its order, while others are read", async () => {
  const { slots, fed, tenures, first } = setUp();
  const come = [messages([0, "a"], [1, "b"], [0, "c"])];
  const ingest = {
    take: () => come.shift() ?? null,
    takeEvents: () => [],
    onReadable: () => {},
  } as Partial<Ingest>;
  let arrive: () => void = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const prepare = vi.fn(({ bytes }: PackedMessages) =>
    Buffer.from(bytes).toString() === "a" ? arrival : null,
  );
  Object.assign(first.session, { prepare });
  const intake = new GroupIntake(ingest as Ingest, {} as Consumer, slots, tenures, () => {});
  const wake = vi.fn();
  intake.onReadable(wake);
  const readAll = (): string[] => {
    while (intake.next() !== null) intake.used();
    return fed;
  };
  expect(readAll()).toEqual(["b"]);
  arrive();
  await arrival;
  expect(wake).toHaveBeenCalled();
  expect(readAll()).toEqual(["b", "a", "c"]);
  expect(prepare).toHaveBeenCalledTimes(2);
});

test("a registry that does not answer ends the run", async () => {
  const { slots, tenures, first } = setUp();
  const come = [messages([0, "a"])];
  const ingest = { take: () => come.shift() ?? null, takeEvents: () => [] } as Partial<Ingest> as Ingest;
  Object.assign(first.session, { prepare: () => Promise.reject(new Error("no answer")) });
  const failures: string[] = [];
  const fail = ({ message }: Error): void => {
    failures.push(message);
  };
  const intake = new GroupIntake(ingest, {} as Consumer, slots, tenures, () => {}, fail);
  expect(intake.next()).toBeNull();
  await vi.waitFor(() => expect(failures).toEqual(["no answer"]));
});
