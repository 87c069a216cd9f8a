/** Free ports of the loopback interface. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Finds `count` different free ports.
 *
 * They lie below the range from which systems draw the local ports of outgoing connections (32768 and up): a broker
 * that restarts on its port would otherwise now and then find it taken by a client's connection.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; found.size < count; attempt++) {
    if (attempt > 1_000) throw new Error("no free port between 20000 and 32767");
    const port = randomInt(20_000, 32_768);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

/** Whether nobody listens on this port of 127.0.0.1. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
