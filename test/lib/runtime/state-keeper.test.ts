import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CheckpointStore } from "../../../lib/persistence/checkpoint-store.ts";
import { Engine } from "../../../lib/runtime/engine.ts";
import { StateKeeper } from "../../../lib/runtime/state-keeper.ts";

let path: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "towpath-keeper-"));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(path, { recursive: true, force: true });
});

/** Resolves in the very turn in which the keeper has become ready for a checkpoint, as a run loop may come by. */
async function untilReady(begin: () => void, isReady: () => boolean): Promise<void> {
  const { prepare } = CheckpointStore.prototype;
  const prepared = new Promise<void>((resolve) => {
    vi.spyOn(CheckpointStore.prototype, "prepare").mockImplementationOnce(function (this: CheckpointStore) {
      const work = prepare.call(this);
      work.then(resolve);
      return work;
    });
  });
  begin();
  await prepared;
  while (!isReady()) await null;
}

describe("a state keeper", () => {
  it("writes one checkpoint at a time, also where one begins as soon as it can", async () => {
    const errors: Error[] = [];
    const keeper = await StateKeeper.open(
      { path, snapshotEveryMs: 0 },
      {
        engine: new Engine([], () => {}),
        sources: [],
        sinks: [],
        log: () => {},
        fail: (error) => errors.push(error),
        wake: () => {},
      },
    );
    await untilReady(
      () => {
        keeper.between(2, true);
      },
      () => keeper.isWaiting,
    );
    keeper.between(2, true);
    // The turn ends.
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    await keeper.finish(4);
    expect(errors).toEqual([]);
    expect(keeper.lastCheckpoint).not.toBeNull();
    await keeper.close();
  });
});
