import type { SinkStats } from "../io/sink.ts";
import type { SourceStats } from "../io/source.ts";
import type { CheckpointStats } from "./checkpoint-stats.ts";
import { checkpointLine, errorsLine, renderTable, statusLine } from "./monitor-text.ts";

/**
 * "auto": the live table on a terminal, else status lines; "none": neither; "in-out": sources and outputs;
 * "all": also what the engine holds.
 */
export type MonitoringLevel = "auto" | "none" | "in-out" | "all";

/** What a monitor shows, read whenever it redraws. */
export interface MonitorView {
  sources(): Readonly<Record<string, SourceStats>>;
  outputs(): Readonly<Record<string, SinkStats>>;
  /** Rows, groups and nodes held by all operators. */
  stateSize(): number;
  /** Cells that failed, and rows left out for them. */
  errors(): number;
  /** The last checkpoint of this run; null without one. */
  checkpoint(): CheckpointStats | null;
}

export interface Monitor {
  /** A line for the user, above the table where there is one. */
  readonly log: (line: string) => void;
  start(): void;
  /** Shows the last state and gives the terminal back. */
  stop(): void;
}

const REDRAW_MS = 250;
const STATUS_MS = 10_000;

/** Everything goes to stderr, so that a script's own output stays clean. */
export function createMonitor(level: MonitoringLevel, view: MonitorView): Monitor {
  if (level === "none") return { log: writeLine, start() {}, stop() {} };
  return process.stderr.isTTY ? new LiveTable(view, level === "all") : new StatusLines(view);
}

function writeLine(line: string): void {
  process.stderr.write(`towpath: ${line}\n`);
}

/** A table redrawn in place; log lines scroll above it. */
class LiveTable implements Monitor {
  readonly #view: MonitorView;
  readonly #all: boolean;
  #timer: NodeJS.Timeout | null = null;
  #drawnLines = 0;
  #last = { at: performance.now(), rows: new Map<string, number>() };
  #rates = new Map<string, number>();

  constructor(view: MonitorView, all: boolean) {
    this.#view = view;
    this.#all = all;
  }

  readonly log = (line: string): void => {
    this.#erase();
    writeLine(line);
    if (this.#timer !== null) this.#draw();
  };

  start(): void {
    this.#draw();
    this.#timer = setInterval(() => {
      this.#erase();
      this.#draw();
    }, REDRAW_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#erase();
    this.#draw();
    this.#drawnLines = 0;
  }

  #draw(): void {
    this.#measure();
    const state = this.#all ? this.#view.stateSize() : null;
    const width = process.stderr.columns ?? 80;
    const lines = renderTable(this.#view.sources(), this.#view.outputs(), this.#rates, state, width);
    lines.push(...errorsLine(this.#view.errors()), ...checkpointLine(this.#view.checkpoint()));
    process.stderr.write(`${lines.join("\n")}\n`);
    this.#drawnLines = lines.length;
  }

  #erase(): void {
    if (this.#drawnLines > 0) process.stderr.write(`\r\x1b[${this.#drawnLines}A\x1b[J`);
    this.#drawnLines = 0;
  }

  /** Rows per second since the last measurement, renewed about once a second so that they can be read. */
  #measure(): void {
    const at = performance.now();
    const seconds = (at - this.#last.at) / 1000;
    if (seconds < 1) return;
    const rows = new Map<string, number>();
    for (const [name, stats] of Object.entries(this.#view.sources())) {
      rows.set(name, stats.rows);
      this.#rates.set(name, (stats.rows - (this.#last.rows.get(name) ?? 0)) / seconds);
    }
    this.#last = { at, rows };
  }
}

/** Off a terminal: one line now and then, when something has happened. */
class StatusLines implements Monitor {
  readonly #view: MonitorView;
  #timer: NodeJS.Timeout | null = null;
  #last = "";

  readonly log = writeLine;

  constructor(view: MonitorView) {
    this.#view = view;
  }

  start(): void {
    this.#timer = setInterval(() => this.#report(), STATUS_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#report();
  }

  #report(): void {
    const ends = statusLine(this.#view.sources(), this.#view.outputs());
    const rest = [...errorsLine(this.#view.errors()), ...checkpointLine(this.#view.checkpoint())];
    const line = [ends, ...rest].join("; ");
    if (line !== this.#last) writeLine(line);
    this.#last = line;
  }
}
