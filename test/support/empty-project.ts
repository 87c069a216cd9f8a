/** An empty project in a folder of its own, in which commands are run as a user types them. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Outcome {
  /** The exit code; null where a signal ended it. */
  readonly code: number | null;
  /** What it wrote to stdout and stderr. */
  readonly text: string;
}

/** A project whose package managers know one registry, and whose caches and settings are its own. */
export class EmptyProject {
  readonly folder: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(work: string, name: string, registry: string) {
    this.folder = join(work, name);
    const home = join(work, `${name}-home`);
    mkdirSync(this.folder, { recursive: true });
    mkdirSync(home, { recursive: true });
    this.write("package.json", '{ "name": "empty", "private": true, "type": "module" }');
    // Nothing but the registry is to be reached: an install script that downloads fails.
    const nowhere = "http://127.0.0.1:9";
    const settings = ["audit=false", "fund=false", "update-notifier=false", `registry=${registry}/`];
    writeFileSync(join(home, ".npmrc"), `${settings.join("\n")}\n`);
    this.#environment = {
      // The variables that npm sets for its scripts would tell the tested one where to work.
      ...Object.fromEntries(
        Object.entries(process.env).filter(
          ([key]) => !/^(npm_|pnpm_|TOWPATH_|NODE_OPTIONS|VITEST|FORCE_COLOR)/i.test(key),
        ),
      ),
      HOME: home,
      XDG_DATA_HOME: join(home, "data"),
      XDG_CACHE_HOME: join(home, "cache"),
      XDG_STATE_HOME: join(home, "state"),
      npm_config_userconfig: join(home, ".npmrc"),
      NO_COLOR: "1",
      CI: "1",
      HTTP_PROXY: nowhere,
      HTTPS_PROXY: nowhere,
      http_proxy: nowhere,
      https_proxy: nowhere,
      NO_PROXY: "127.0.0.1",
      no_proxy: "127.0.0.1",
    };
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Runs a line of shell. `env` is added to the environment. */
  async run(line: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const child = spawn("/bin/sh", ["-c", line], {
      cwd: this.folder,
      env: { ...this.#environment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
    }
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    return { code, text };
  }
}
