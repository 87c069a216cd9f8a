import { expect, it } from "vitest";
import { type Chunk, FIELDS, Outbox, TICKET, VALUE, VALUE_END } from "../../../connectors/kafka/outbox.ts";
import { Rng } from "../../support/rng.ts";

/** The text and the ticket of a message. */
function messageOf({ out, fields }: Chunk, message: number): string {
  const at = message * FIELDS;
  const value = Buffer.from(out.bytes.subarray(fields[at + VALUE], fields[at + VALUE_END])).toString(
    "latin1",
  );
  return `${fields[at + TICKET]}:${value.length}:${value.slice(0, 20)}`;
}

it("an outbox is a queue of messages, whatever their size, with a way back (random)", () => {
  const seed = Date.now() % 1_000_000;
  const random = new Rng(seed);
  const outbox = new Outbox();
  let expected: string[] = [];
  let number = 0;
  const add = (): string => {
    const text = String(number).padEnd(random.below(20) === 0 ? 2_000_000 : random.below(100), ".");
    const { out } = outbox.begin();
    const start = out.used;
    out.append(Buffer.from(text, "latin1"));
    outbox.add(0, 0, start, out.used, 0, -1, 0, 0, ++number);
    return `${number}:${text.length}:${text.slice(0, 20)}`;
  };
  for (let step = 0; step < 1_500; step++) {
    const why = `seed ${seed}, step ${step}`;
    const choice = random.below(4);
    if (choice === 0) {
      const mark = outbox.mark();
      for (let i = random.below(6); i > 0; i--) add();
      outbox.putBack(mark);
    } else if (choice === 1) {
      for (let i = random.below(6); i > 0; i--) expected.push(add());
    } else {
      const head = outbox.head();
      expect(head === null, why).toBe(expected.length === 0);
      if (head === null) continue;
      const { chunk, from } = head;
      const count = 1 + random.below(chunk.count - from);
      const taken = Array.from({ length: count }, (_, i) => messageOf(chunk, from + i));
      expect(taken, why).toEqual(expected.slice(0, count));
      expected = expected.slice(count);
      outbox.take(count);
    }
    expect(outbox.waiting, why).toBe(expected.length);
  }
});
