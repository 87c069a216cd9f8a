import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { TowpathError } from "../errors.ts";

/**
 * Hands connections of a port of 127.0.0.1 on to `bootstrap` until it is disposed of. A Kafka client learns the broker's
 * own address from its first answer, and goes on with that.
 *
 * Throws TP_BAD_ARGUMENT where the port cannot be had.
 */
export async function forwardPort(port: number, bootstrap: string): Promise<AsyncDisposable> {
  const target = new URL(`tcp://${bootstrap}`);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    for (const [end, other] of [
      [socket, onward],
      [onward, socket],
    ]) {
      open.add(end);
      end.on("error", () => other.destroy());
      end.on("close", () => {
        open.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  });
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new TowpathError("TP_BAD_ARGUMENT", `port ${port} cannot be had: ${code}`, {
      hint: "Does another broker use it? Give another port, or leave --port out.",
      cause,
    });
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
