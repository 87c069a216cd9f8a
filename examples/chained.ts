/**
 * Two processes in a chain, the output of the first being the input of the second, each update whole, also when the
 * first one is killed and started again.
 *
 *     npx tsx examples/chained.ts
 *
 * The first process turns transfers between accounts into balances. The second audits the balances: a transfer takes
 * from one account what it gives to another, so whoever sees whole updates only always sees a sum of 0 and an even
 * number of entries. This script plays the second process on a broker of its own; it starts the first one, kills it in
 * the middle, and starts it again. With a broker of your own, run the two in shells of their own until Ctrl-C:
 *
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/chained.ts balances
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/chained.ts audit
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as pw from "towpath";
import { openBroker } from "./support/broker.ts";
import { Producer } from "./support/producer.ts";

type Settings = Readonly<Record<string, string>>;

/** The first process: transfers in, the balance of each account out. */
async function keepBalances(settings: Settings): Promise<void> {
  const transfers = pw.kafka.read(settings, {
    topicNames: ["transfers"],
    format: "json",
    schema: pw.schema({ from: "str", to: "str", amount: "int" }),
  });
  const taken = transfers.select((c) => ({ account: c.from, amount: c.amount.neg() }));
  const given = transfers.select((c) => ({ account: c.to, amount: c.amount }));
  const balances = taken
    .concatReindex(given)
    .groupBy((c) => c.account)
    .reduce((c) => ({
      account: c.account,
      balance: pw.reducers.sum(c.amount),
      entries: pw.reducers.count(),
    }));
  pw.kafka.write(balances, settings, { topicName: "balances" });

  // Where this script started it, it ends when this script lets go of it, or is gone.
  const ending = new AbortController();
  process.once("disconnect", () => ending.abort());
  await pw.run({ signal: ending.signal, monitoring: "none" });
  if (process.connected) process.disconnect();
}

interface Audit {
  readonly accounts: number;
  readonly entries: number;
  readonly sum: number;
}

/** The second process: reads the balances back as the table that they are, and looks at each version of it. */
async function audit(
  settings: Settings,
  signal: AbortSignal,
  onAudit: (audit: Audit) => void,
): Promise<void> {
  const balances = pw.kafka.read(settings, {
    topicNames: ["balances"],
    format: "updates",
    schema: pw.schema({
      account: pw.column({ type: "str", primaryKey: true }),
      balance: "int",
      entries: "int",
    }),
  });
  const audits = balances.reduce((c) => ({
    accounts: pw.reducers.count(),
    entries: pw.reducers.sum(c.entries),
    sum: pw.reducers.sum(c.balance),
  }));
  pw.subscribe(audits, {
    onChange({ row, diff }) {
      if (diff < 0) return;
      const verdict = row.sum === 0 && row.entries % 2 === 0 ? "whole" : "HALF A TRANSFER";
      console.log(`audit: ${row.entries} entries in ${row.accounts} accounts, sum ${row.sum}: ${verdict}`);
      onAudit(row);
    },
  });
  await pw.run({ signal, monitoring: "none" });
}

/** Starts this script as the first process. */
function startBalances(settings: Settings): ChildProcess {
  const env = { ...process.env, KAFKA_BOOTSTRAP_SERVERS: settings["bootstrap.servers"] };
  console.log("the first process starts, and reads all transfers from the beginning");
  return fork(import.meta.filename, ["balances"], { env });
}

/** Sends transfers with random amounts, two in each commit. */
async function sendTransfers(settings: Settings, commits: number): Promise<void> {
  await using producer = await Producer.connect(settings);
  const names = ["anna", "ben", "clara", "dora"];
  for (let i = 0; i < commits; i++) {
    for (const step of [1, 2]) {
      const amount = 1 + Math.floor(100 * Math.random());
      const transfer = { from: names[i % 4], to: names[(i + step) % 4], amount };
      await producer.send("transfers", JSON.stringify(transfer));
    }
    await producer.send("transfers", "*COMMIT*");
  }
}

/** The second process, while the first one is killed and started again. */
async function rehearse(settings: Settings): Promise<void> {
  const ending = new AbortController();
  let entries = 0;
  let look = (): void => {};
  const auditing = audit(settings, ending.signal, (found) => {
    entries = found.entries;
    look();
  });
  let first = startBalances(settings);
  /** Resolves when that many entries have been audited; rejects where that cannot be any more. */
  const audited = (wanted: number): Promise<unknown> => {
    const seen = new Promise<void>((resolve) => {
      look = () => (entries >= wanted ? resolve() : undefined);
      look();
    });
    const lost = once(first, "exit").then(() => Promise.reject(new Error("the first process ended")));
    return Promise.race([seen, lost, auditing]);
  };

  try {
    await sendTransfers(settings, 5);
    await audited(20);
    first.kill("SIGKILL");
    await once(first, "exit");
    console.log("the first process was killed");
    first = startBalances(settings);
    await sendTransfers(settings, 5);
    await audited(40);
    console.log("all transfers have been audited");
  } finally {
    if (first.connected) first.disconnect();
    ending.abort();
    await Promise.all([
      auditing,
      first.exitCode === null && first.signalCode === null && once(first, "exit"),
    ]);
  }
}

const [role] = process.argv.slice(2);
await using broker = await openBroker(["transfers", "balances"]);
const { signal } = new AbortController();
if (role === "balances") await keepBalances(broker.settings);
else if (role === "audit") await audit(broker.settings, signal, () => {});
else if (broker.isEmbedded) await rehearse(broker.settings);
else throw new Error("say which process this is to be: balances, or audit");
