import type { ErrorCode } from "../../../lib/errors.ts";

/** What is wrong with bytes, and where. Thrown within this folder only. */
export class AvroFault {
  readonly detail: string;
  readonly at: number;
  readonly code: ErrorCode;

  constructor(detail: string, at: number, code: ErrorCode = "TP_ROW_BAD_AVRO") {
    this.detail = detail;
    this.at = at;
    this.code = code;
  }
}
