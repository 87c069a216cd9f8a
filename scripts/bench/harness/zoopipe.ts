import { pythonWith } from "./python-peer.ts";

export const ZOOPIPE = "2026.2.2";

/** The Python of ZooPipe's virtual environment. Throws with what the installation said where it cannot be had. */
export function zoopipePython(): Promise<string> {
  return pythonWith(`zoopipe-${ZOOPIPE}`, [`zoopipe==${ZOOPIPE}`]);
}
