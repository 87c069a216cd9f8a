/**
 * A certificate authority and a certificate for 127.0.0.1 and localhost signed by it, for the SASL_SSL listener of the
 * brokers that the tests start. Made with the JDK's keytool, because Java is there anyway. Nothing else trusts this CA.
 */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Password of the key store. It guards a key that only ever serves loopback listeners of tests. */
export const keyStorePassword = "towpath-tests";

/**
 * Writes `ca.pem` (for librdkafka's `ssl.ca.location`) and `broker.p12` (for Kafka's `ssl.keystore.location`) to `dir`.
 * `keytool` is the path of the JDK's tool.
 */
export async function makeCertificates(keytool: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const caStore = store(join(dir, "ca.p12"), "ca");
  const brokerStore = store(join(dir, "broker.p12"), "broker");
  const caPem = join(dir, "ca.pem");
  const request = join(dir, "broker.csr");
  const signed = join(dir, "broker.pem");
  const key = ["-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650"];
  const tool = (...args: readonly string[]): Promise<unknown> => run(keytool, args, { maxBuffer: 1 << 24 });

  await tool("-genkeypair", ...caStore, ...key, "-dname", "CN=Towpath test CA", "-ext", "bc:c=ca:true");
  await tool("-genkeypair", ...brokerStore, ...key, "-dname", "CN=localhost");
  await tool("-exportcert", "-rfc", ...caStore, "-file", caPem);
  await tool("-certreq", ...brokerStore, "-file", request);
  const names = ["-ext", "san=dns:localhost,ip:127.0.0.1", "-validity", "3650"];
  await tool("-gencert", "-rfc", ...caStore, "-infile", request, "-outfile", signed, ...names);
  // A chain has to be imported from its root down.
  const trusted = [
    "-storetype",
    "PKCS12",
    "-storepass",
    keyStorePassword,
    "-keystore",
    join(dir, "broker.p12"),
  ];
  await tool("-importcert", "-noprompt", ...trusted, "-alias", "ca", "-file", caPem);
  await tool("-importcert", "-noprompt", ...brokerStore, "-file", signed);
}

function store(file: string, alias: string): string[] {
  return ["-storetype", "PKCS12", "-storepass", keyStorePassword, "-keystore", file, "-alias", alias];
}
