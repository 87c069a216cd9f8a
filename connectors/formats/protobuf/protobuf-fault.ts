import { Failed } from "../../../lib/data/coerce.ts";
import type { ErrorCode } from "../../../lib/errors.ts";

/** Thrown inside this folder for bytes that are not what their schema says. */
export class ProtobufFault extends Error {
  readonly at: number;
  readonly code: ErrorCode;

  /** `at` is a position in the buffer. */
  constructor(at: number, reason: string, code: ErrorCode = "TP_ROW_BAD_PROTOBUF") {
    super(reason);
    this.at = at;
    this.code = code;
  }

  /** `start` is where the message begins in the buffer. */
  failed(start: number): Failed {
    return failedAt(this.at - start, this.message, this.code);
  }
}

/** `at` is counted from the first byte of the message. */
export function failedAt(at: number, reason: string, code: ErrorCode = "TP_ROW_BAD_PROTOBUF"): Failed {
  return new Failed(`the message is not the Protobuf of its schema: at byte ${at}, ${reason}`, code);
}
