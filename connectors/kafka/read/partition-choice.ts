import { TowpathError } from "../../../lib/errors.ts";
import type { TopicPartition } from "../client/partition-slots.ts";
import { bad, isCount, knownNames } from "../client/read-arguments.ts";

/**
 * Which partitions of its topics a source reads: those of a list, each of which every topic must have; or its share of
 * them, `{ index, of }`: those with `partition % of === index`, also of the partitions that come into being later.
 */
export type PartitionChoice = readonly number[] | { readonly index: number; readonly of: number };

/** Throws TP_BAD_ARGUMENT. */
export function checkPartitions(choice: unknown): void {
  if (choice === undefined) return;
  const forms = "Give a list, such as [0, 3], or a share, such as { index: 0, of: 2 }.";
  if (typeof choice !== "object" || choice === null) throw bad("partitions is none of its forms", forms);
  if (Array.isArray(choice)) {
    if (choice.length === 0) throw bad("partitions names no partition", forms);
    const wrong = choice.find((partition) => !isCount(partition));
    if (wrong !== undefined) throw bad(`partitions: ${JSON.stringify(wrong)} is not a partition`, forms);
    const twice = choice.find((partition, i) => choice.indexOf(partition) !== i);
    if (twice !== undefined) throw bad(`partitions names ${twice} twice`, "Name each partition once.");
    return;
  }
  knownNames(choice, ["index", "of"], (name) => `partitions has no option "${name}"`);
  const { index, of } = choice as { index?: unknown; of?: unknown };
  if (isCount(index) && isCount(of) && Number(index) < Number(of)) return;
  throw bad(
    `partitions: { index: ${String(index)}, of: ${String(of)} } is no share`,
    "Give whole numbers from 0 on, with index below of: process 0 of 2 reads { index: 0, of: 2 }.",
  );
}

/** Whether a partition is read. */
export function isChosen(choice: PartitionChoice | undefined, partition: number): boolean {
  if (choice === undefined) return true;
  return "of" in choice ? partition % choice.of === choice.index : choice.includes(partition);
}

/** The chosen ones of all partitions that the topics have. Throws TP_BAD_ARGUMENT naming one that a topic lacks. */
export function choosePartitions(
  choice: PartitionChoice | undefined,
  topics: readonly string[],
  all: readonly TopicPartition[],
): TopicPartition[] {
  if (choice !== undefined && !("of" in choice)) {
    for (const topic of topics) {
      const known = all.flatMap((found) => (found.topic === topic ? [found.partition] : []));
      const unknown = choice.find((partition) => !known.includes(partition));
      if (unknown === undefined) continue;
      throw new TowpathError("TP_BAD_ARGUMENT", `partitions: there is no partition ${unknown}`, {
        where: `topic ${topic}`,
        hint:
          known.length === 1 ? "Its only partition is 0." : `Its partitions are 0 to ${known.length - 1}.`,
      });
    }
  }
  return all.filter(({ partition }) => isChosen(choice, partition));
}
