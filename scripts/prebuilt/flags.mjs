import { FLAGS } from "../../connectors/kafka/native/compile.mjs";

/** Without what differs from machine to machine: symbols for the debugger, and the linker's own mark. */
export const flags = [...FLAGS, "-s", "-Wl,--build-id=none", "-Wl,--no-as-needed"];
