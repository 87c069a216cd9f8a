/**
 * The library, the examples and the programs of the tests in JavaScript, as the package ships them. A process that starts
 * from the sources takes four times as long, and the tests start some hundreds.
 */
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin, transformSync } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cache = join(root, ".cache");
const prefix = "compiled-";
/** Folders that lie beside each other as they do in the checkout. */
const compiledFolders = ["lib", "connectors", "examples", "scripts/faults", "test/support"];
/** Files that are read or loaded from beside the compiled ones. */
const linked = ["connectors/kafka/native/build", "connectors/kafka/native/prebuilt"];
const copied = ["examples/service/page.html"];

/** A package in a folder of its own; in programs below it, "towpath" means its own `lib`. */
export class Compiled implements AsyncDisposable {
  /** Absolute path. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Compiles into a folder of the checkout that no other process uses. */
  static async create(): Promise<Compiled> {
    removeAbandoned();
    const folder = join(cache, `${prefix}${process.pid}`);
    mkdirSync(folder, { recursive: true });
    await build({
      absWorkingDir: root,
      entryPoints: compiledFolders.flatMap(sourcesBelow),
      outdir: folder,
      outbase: root,
      bundle: true,
      plugins: [fileByFile],
      format: "esm",
      platform: "node",
      target: "node20",
      logLevel: "warning",
    });
    writeFileSync(join(folder, "package.json"), manifest());
    for (const path of copied) copyFileSync(join(root, path), join(folder, path));
    for (const path of linked) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      symlinkSync(join(root, path), join(folder, path));
    }
    return new Compiled(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Where `file` (TypeScript, path from the root of the checkout) is in a folder of compiled ones. */
export function compiledPath(folder: string, file: string): string {
  return join(folder, `${file.slice(0, -extname(file).length)}.js`);
}

/** JavaScript of a program in TypeScript; its lines are not those of `text`. */
export function javaScriptOf(text: string): string {
  return transformSync(text, { loader: "ts", format: "esm", target: "node20" }).code;
}

/** Each module stays a file of its own, since some look for others beside them. */
const fileByFile: Plugin = {
  name: "file-by-file",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === "entry-point" ? undefined : { path: path.replace(/^(\..*)\.ts$/, "$1.js"), external: true },
    );
  },
};

function sourcesBelow(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return files.filter((file) => /(?<!\.d)\.ts$/.test(file)).map((file) => join(folder, file));
}

function manifest(): string {
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return JSON.stringify({ name, version, type: "module", exports: { ".": "./lib/index.js" } });
}

/** A process that was killed has left its folder behind. */
function removeAbandoned(): void {
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith(prefix))) {
    if (!isAlive(Number(name.slice(prefix.length))))
      rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
