/**
 * A package registry on this machine, with Towpath and what it depends on, as they are installed in the checkout: so
 * that package managers can be tested without a network, and without compiling librdkafka each time.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The variables that npm sets for its scripts would tell the tested one where to work. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

type Manifest = Record<string, unknown> & { name: string; version: string };

interface Tarball {
  readonly manifest: Manifest;
  readonly bytes: Buffer;
}

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Packs Towpath and its dependencies into `work` and serves them until it is disposed of. */
export async function packageRegistry(work: string): Promise<{ url: string } & AsyncDisposable> {
  const tarballs = new Map<string, Tarball>();
  const lock = readFileSync(join(root, "node_modules/.package-lock.json"), "utf8");
  const packages: Record<string, Locked> = JSON.parse(lock).packages;
  const isThere = (name: string): boolean => packages[`node_modules/${name}`] !== undefined;
  for (const [path, { dev, devOptional, hasInstallScript = false }] of Object.entries(packages)) {
    if (dev === true || devOptional === true) continue;
    const tarball = path.endsWith("/node-rdkafka") ? packClient(work) : packFolder(join(root, path));
    // What is for other platforms was not installed here, so it cannot be served.
    const wanted = Object.entries(tarball.manifest.optionalDependencies ?? {}).filter(([name]) =>
      isThere(name),
    );
    const manifest = { ...tarball.manifest, optionalDependencies: Object.fromEntries(wanted) };
    tarballs.set(`${manifest.name}-${manifest.version}`, {
      ...tarball,
      manifest: hasInstallScript ? { ...manifest, hasInstallScript } : manifest,
    });
  }
  const own = packTowpath(work);
  tarballs.set(`${own.manifest.name}-${own.manifest.version}`, own);
  return serve(tarballs);
}

function manifestOf(folder: string): Manifest {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  // As a registry does it: node-rdkafka calls its version "v3.6.1".
  return { ...manifest, version: manifest.version.replace(/^v/, "") };
}

function packFolder(folder: string): Tarball {
  const args = [
    "-c",
    "--use-compress-program=gzip -1",
    "--exclude=./node_modules",
    "--transform=s,^\\.,package,",
    "-C",
    folder,
    ".",
  ];
  return { manifest: manifestOf(folder), bytes: execFileSync("tar", args, { maxBuffer: 1 << 28 }) };
}

/** node-rdkafka, whose install script puts the compiled parts in their place instead of compiling them. */
function packClient(work: string): Tarball {
  const from = join(root, "node_modules/node-rdkafka");
  const to = join(work, "node-rdkafka");
  const copy = (name: string, place = name): void => {
    cpSync(join(from, name), join(to, place), { recursive: true, dereference: true });
  };
  for (const name of ["lib", "librdkafka.js"]) copy(name);
  for (const name of ["rdkafka.h", "rdkafka_mock.h"]) copy(`deps/librdkafka/src/${name}`);
  for (const name of ["Release/node-librdkafka.node", "deps/librdkafka.so.1", "deps/librdkafka++.so.1"])
    copy(`build/${name}`, `compiled/${name}`);
  const manifest = { ...manifestOf(from), scripts: { install: "node place.mjs" } };
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, "package.json"), JSON.stringify(manifest));
  const place = 'import { cpSync } from "node:fs";\ncpSync("compiled", "build", { recursive: true });\n';
  writeFileSync(join(to, "place.mjs"), place);
  return packFolder(to);
}

/** The package as `npm pack` makes it. Needs dist/. */
function packTowpath(work: string): Tarball {
  if (!existsSync(join(root, "dist"))) throw new Error("there is no dist/: `npm run build` makes it");
  const args = ["pack", "--json", "--pack-destination", work, "--ignore-scripts"];
  execFileSync("npm", args, { cwd: root, env: environment, stdio: "pipe" });
  const manifest = manifestOf(root);
  return { manifest, bytes: readFileSync(join(work, `${manifest.name}-${manifest.version}.tgz`)) };
}

/** Answers for packuments, `/NAME`, and tarballs, `/NAME-VERSION.tgz`. */
async function serve(tarballs: ReadonlyMap<string, Tarball>): Promise<{ url: string } & AsyncDisposable> {
  let url = "";
  const integrities = new Map(
    [...tarballs].map(([id, { bytes }]) => [
      id,
      `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    ]),
  );
  const server = createServer(({ url: path = "/" }, response) => {
    const name = decodeURIComponent(path.slice(1));
    const tarball = tarballs.get(name.replace(/\.tgz$/, ""));
    if (name.endsWith(".tgz") && tarball !== undefined) return void response.end(tarball.bytes);
    const found = [...tarballs.entries()].filter(([, { manifest }]) => manifest.name === name);
    if (found.length === 0) return void response.writeHead(404).end(JSON.stringify({ error: "not found" }));
    const versions = found.map(([id, { manifest }]) => {
      const dist = { integrity: integrities.get(id), tarball: `${url}/${encodeURIComponent(id)}.tgz` };
      return [manifest.version, { ...manifest, dist }] as const;
    });
    const latest = versions[versions.length - 1][0];
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name, "dist-tags": { latest }, versions: Object.fromEntries(versions) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
