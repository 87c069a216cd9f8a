/** What a registry's answers mean, as errors of ours. */
import { type ErrorCode, TowpathError } from "../../lib/errors.ts";
import type { Answer } from "./transport.ts";

/** What a registry said instead of giving what it was asked for: the `cause` of our errors. */
export class RegistryRefusal extends Error {
  /** HTTP's status. */
  readonly status: number;
  /** The registry's own code (40401, 42201 …); null where the answer has none. */
  readonly errorCode: number | null;

  constructor(status: number, errorCode: number | null, message: string) {
    super(message);
    this.name = "RegistryRefusal";
    this.status = status;
    this.errorCode = errorCode;
  }
}

const MESSAGE_MAX = 1000;

/** Reads the error of an answer whose status is not 2xx. */
export function refusalOf({ status, text, location }: Answer): RegistryRefusal {
  const body = parsed(text) as { error_code?: unknown; message?: unknown } | null;
  const code = typeof body?.error_code === "number" ? body.error_code : null;
  const said = typeof body?.message === "string" ? body.message : text.trim();
  const shown = said.length > MESSAGE_MAX ? `${said.slice(0, MESSAGE_MAX)}…` : said;
  return new RegistryRefusal(
    status,
    code,
    location === null ? shown : `it points to ${withoutUser(location)}`,
  );
}

/** Null where the text is no JSON object. */
export function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/** Whether it makes sense to ask again. */
export function isPassing(status: number): boolean {
  return status === 429 || status === 408 || status >= 500;
}

/** Whether what was asked for is not there, which only the registry's own codes say: any web server answers 404. */
export function isAbsent({ status, errorCode }: RegistryRefusal): boolean {
  return status === 404 && errorCode !== null && errorCode >= 40401 && errorCode <= 40499;
}

/** `what` is "GET /subjects/orders-value/versions/latest"; `shown` keeps secrets out of a text. */
export function refused(
  refusal: RegistryRefusal,
  what: string,
  url: string,
  shown: (text: string) => string,
): TowpathError {
  const { status, errorCode, message } = refusal;
  const code =
    errorCode === null || errorCode === status ? `${status}` : `${status}, error code ${errorCode}`;
  const said = shown(message).replace(/\s+/g, " ").replace(/\.$/, "");
  const detail = `the schema registry refused ${what} with ${code}${said === "" ? "" : `: ${said}`}`;
  const { name, hint } = meaningOf(refusal);
  return new TowpathError(name, detail, {
    where: url,
    hint,
    cause: new RegistryRefusal(status, errorCode, shown(message)),
  });
}

function meaningOf(refusal: RegistryRefusal): { name: ErrorCode; hint: string } {
  const { status } = refusal;
  if (status === 401 || status === 403) {
    return {
      name: "TP_REGISTRY_AUTHENTICATION",
      hint: "Check auth in the settings of the registry, and what this user may do there.",
    };
  }
  if (status === 409) {
    return {
      name: "TP_REGISTRY_INCOMPATIBLE",
      hint: "Change the schema so that it fits the subject's compatibility level, or the level, or the subject.",
    };
  }
  if (isAbsent(refusal))
    return { name: "TP_REGISTRY_NOT_FOUND", hint: "Check the subject, the version or the id." };
  if (status === 422)
    return { name: "TP_REGISTRY_REFUSED", hint: "The registry's own words say what it does not accept." };
  return {
    name: "TP_REGISTRY_REFUSED",
    hint: 'Check the url of the registry: "/subjects" behind it must answer.',
  };
}

function withoutUser(text: string): string {
  return text.replace(/:\/\/[^\s/?#@]+@/g, "://********@");
}
