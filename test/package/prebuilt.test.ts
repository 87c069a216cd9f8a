/** The native files that the package brings: made from these sources, and usable where they say. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { clientFolder, findHeaders, hashSources } from "../../connectors/kafka/native/compile.mjs";
import { flags } from "../../scripts/prebuilt/flags.mjs";

interface Manifest {
  readonly sources: string;
  readonly librdkafka: string;
  readonly files: Readonly<Record<string, { bytes: number; sha256: string }>>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "connectors/kafka/native/prebuilt");
const manifest: Manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
const targets = Object.keys(manifest.files);
const fileOf = (target: string): string => join(folder, target, "towpath_kafka.node");

/** Node 20 itself needs glibc 2.28. */
const GLIBC_MINOR_MAX = 28;

describe("prebuilt files", () => {
  it("are those of the sources: otherwise run `npm run prebuilt`", () => {
    const { version } = findHeaders(clientFolder());
    expect(manifest).toMatchObject({ sources: hashSources([version, flags]), librdkafka: version });
    expect(targets).toEqual(["linux-x64", "linux-arm64"]);
    for (const target of targets) {
      const bytes = readFileSync(fileOf(target));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      expect(manifest.files[target], target).toMatchObject({ bytes: bytes.length, sha256 });
      expect(bytes.length).toBeLessThan(100_000);
    }
  });

  it("need librdkafka and a glibc no newer than Node's, and have the same symbols for both processors", () => {
    const symbols = targets.map((target) => {
      const text = execFileSync("readelf", ["-dVW", "--dyn-syms", fileOf(target)], { encoding: "utf8" });
      const needed = [...text.matchAll(/NEEDED\).*\[(.+)\]/g)].map(([, name]) => name);
      expect(needed).toEqual(["librdkafka.so.1", "libc.so.6"]);
      for (const [, minor] of text.matchAll(/GLIBC_2\.(\d+)/g))
        expect(Number(minor)).toBeLessThanOrEqual(GLIBC_MINOR_MAX);
      return [...text.matchAll(/GLOBAL DEFAULT +\S+ +(napi_\w+|rd_kafka_\w+|conf_init|node_api\w+)/g)]
        .map(([, name]) => name)
        .sort();
    });
    expect(symbols[0].length).toBeGreaterThan(50);
    expect(symbols[1]).toEqual(symbols[0]);
  });
});
