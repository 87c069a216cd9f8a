import { readHeaders, writeHeader } from "../../../connectors/kafka/produce/message-headers.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { splitMessages } from "../messages.ts";
import { mutated, texts } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

const seeds = texts(
  "tp-run\x1e6fa459ea-ee8a-4ca4-894e-db77e160355e\x1epart\x1e1",
  "__proto__\x1e\x1econstructor\x1ex",
);

/** Headers of messages: what was written is what is read, whatever the names and values. */
export const headers: FuzzTarget = {
  name: "headers",
  make: (rng) => mutated(rng, seeds, ["\x1e", "\x00\x00\x00\x00", "\xff\xff\xff\xff"]),
  run(bytes) {
    const parts = splitMessages(bytes);
    const out = new ByteWriter();
    const written = parts.map((part, i) => {
      const name = Buffer.from(parts[(i + 1) % parts.length]).toString();
      return [name, part.length % 5 === 1 ? null : Buffer.from(part)] as const;
    });
    for (const [name, value] of written) writeHeader(Buffer.from(name), value, out);
    const read = readHeaders(out.bytes, 0, out.used);
    const same = written.every(
      ([name, value], i) =>
        read[i][0] === name &&
        (value === null ? read[i][1] === null : value.equals(read[i][1] ?? new Uint8Array())),
    );
    if (!same || read.length !== written.length)
      throw new Error("headers were not read as they were written");
  },
};
