import { Failed } from "../../data/coerce.ts";
import { DATETIME_MAX_MS } from "../../kernels/iso-datetime.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { typedFunction } from "./signature.ts";
import { mapValues } from "./values.ts";

const hint = 'This function of .dt takes datetimes: say so first, .cast("datetime").';
const DAY_MS = 86_400_000;
/** Zones change their offset at whole quarters of an hour, in UTC, since they have standard time. */
const QUARTER_MS = 900_000;
const KNOWN_MAX = 10_000;

/** Options of a function of a zone: its name in the IANA database. */
interface ZoneOptions {
  readonly timezone: string;
}

/** The wall clock of a zone at an instant, as the datetime that has these fields in UTC. Options `{ timezone }`. */
export const toNaiveInTimezone: FunctionDefinition = inZone((ms, zone) => ms + zone.offsetAt(ms));

/** The instant at which a zone's wall clock shows a datetime's fields. Options `{ timezone }`. */
export const toUtc: FunctionDefinition = inZone((ms, zone) => zone.instantOf(ms));

function inZone(compute: (ms: number, zone: Zone) => number): FunctionDefinition {
  return typedFunction({ takes: ["datetime"], gives: "datetime", hint }, (call) => {
    const zone = new Zone((call.options as ZoneOptions).timezone);
    return mapValues(call, (ms) => inRange(compute(ms as number, zone)));
  });
}

/** An instant, where datetimes reach that far. */
export function inRange(ms: number): number | Failed {
  return Math.abs(ms) <= DATETIME_MAX_MS ? ms + 0 : new Failed("datetime overflow");
}

/** Whether the IANA database has a zone of this name. */
export function isTimezone(name: unknown): name is string {
  if (typeof name !== "string" || name === "") return false;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** What a zone's clocks show, by the database that the runtime has. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;
  /** Offsets by quarter of an hour since 1970: asking the database costs a microsecond or more. */
  readonly #known = new Map<number, number>();

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  }

  /** How many milliseconds the zone's clocks are ahead of UTC. */
  offsetAt(ms: number): number {
    const quarter = Math.floor(ms / QUARTER_MS);
    let offset = this.#known.get(quarter);
    if (offset === undefined) {
      // Before standard time offsets had seconds and changed at any second.
      const isOld = ms < Date.UTC(1975, 0);
      offset = this.#askedOffset(isOld ? ms : quarter * QUARTER_MS);
      if (isOld) return offset;
      if (this.#known.size >= KNOWN_MAX) this.#known.clear();
      this.#known.set(quarter, offset);
    }
    return offset;
  }

  /**
   * The instant of a wall clock's reading. One that the clocks show twice is the first time; one that they skip is read
   * as if they had not been put forward yet (`disambiguation: "compatible"` of ECMAScript's Temporal).
   */
  instantOf(wallMs: number): number {
    const before = this.offsetAt(inDates(wallMs - DAY_MS));
    const after = this.offsetAt(inDates(wallMs + DAY_MS));
    const readings = [wallMs - before, wallMs - after].filter(
      (ms) => this.offsetAt(inDates(ms)) === wallMs - ms,
    );
    return readings.length === 0 ? wallMs - before : Math.min(...readings);
  }

  #askedOffset(ms: number): number {
    const parts = this.#format.formatToParts(inDates(ms));
    const said = parts.find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
    const [, sign, hours = "0", minutes = "0", seconds = "0"] =
      /^GMT([+-])(\d+):?(\d+)?:?(\d+)?$/.exec(said) ?? [];
    const size = 1000 * (3600 * Number(hours) + 60 * Number(minutes) + Number(seconds));
    return sign === "-" ? -size : sign === "+" ? size : 0;
  }
}

/** The nearest instant that JS has. */
function inDates(ms: number): number {
  return Math.max(-DATETIME_MAX_MS, Math.min(DATETIME_MAX_MS, ms));
}
