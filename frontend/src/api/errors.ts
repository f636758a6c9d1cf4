// Failures of a call as one typed error, made from RFC 9457 problem documents or from silence.
import type { Problem as Documented, Violation } from "./schema.d.ts";

/** A problem document, of which anything may be missing: a proxy's is another one. */
type Problem = Partial<Omit<Documented, "errors">> & { errors?: Partial<Violation>[] };

export type Failure =
  | "invalid" // 400, 422: the body; look at `fields`
  | "unauthenticated" // 401
  | "forbidden" // 403
  | "not-found" // 404, 410
  | "conflict" // 409, 412: someone else was first
  | "rate-limited" // 429
  | "unavailable" // 502–504
  | "unreachable" // no answer at all
  | "internal"; // everything else

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly failure: Failure;
  /** 0 when there was no answer. */
  readonly status: number;
  /** Seconds after which another try is welcome, if the service said so. */
  readonly retryAfter: number | null;
  readonly requestId: string | null;
  /** What is wrong with each member of the body, by its name; "" is the body as a whole. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, problem: Problem = {}, retryAfter: number | null = null) {
    super(sentence(problem.detail ?? problem.title ?? defaultMessage(failureOf(status))));
    this.failure = failureOf(status);
    this.status = status;
    this.retryAfter = retryAfter;
    this.requestId = problem.request_id ?? null;
    this.fields = fieldErrors(problem);
  }

  /** Whether the same call may succeed later, with nothing changed. */
  get temporary(): boolean {
    return (
      this.failure === "unavailable" ||
      this.failure === "unreachable" ||
      this.failure === "rate-limited"
    );
  }

  static async from(response: Response): Promise<ApiError> {
    return new ApiError(
      response.status,
      await readProblem(response),
      parseRetryAfter(response.headers.get("Retry-After"), Date.now()),
    );
  }
}

/** Whatever was thrown, as an ApiError. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(500, { detail: error instanceof Error ? error.message : String(error) });
}

/** One or two sentences for a person: what happened, and what can be done. */
export function explain(error: ApiError): string {
  switch (error.failure) {
    case "rate-limited":
      return error.retryAfter === null
        ? "Too many requests. Wait a little, then try again."
        : `Too many requests. Try again in ${duration(error.retryAfter)}.`;
    case "unavailable":
    case "unreachable":
      return defaultMessage(error.failure);
    case "internal":
      return error.requestId === null
        ? defaultMessage("internal")
        : `${defaultMessage("internal")} Its number in the log is ${error.requestId}.`;
    default:
      return error.message;
  }
}

/** `Retry-After` is a number of seconds or an HTTP date. */
export function parseRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value.trim())) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}

export function duration(seconds: number): string {
  if (seconds <= 1) return "a second";
  if (seconds < 90) return `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/** JSON pointers (`/title`, `#/title`, `/tags/0`) reduced to the member of the body they lie in. */
function fieldErrors(problem: Problem): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { pointer = "", detail = "This is not valid" } of problem.errors ?? []) {
    const member = pointer.replace(/^#/, "").split("/")[1] ?? "";
    const name = member.replaceAll("~1", "/").replaceAll("~0", "~");
    const before = fields[name];
    fields[name] = before === undefined ? sentence(detail) : `${before} ${sentence(detail)}`;
  }
  return fields;
}

/** The service's details are written to stand after a colon; here they stand alone. */
function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

async function readProblem(response: Response): Promise<Problem> {
  // A proxy in front answers in HTML: its status is all that can be used.
  if (!/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) return {};
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}

function failureOf(status: number): Failure {
  if (status === 0) return "unreachable";
  if (status === 400 || status === 422) return "invalid";
  if (status === 401) return "unauthenticated";
  if (status === 403) return "forbidden";
  if (status === 404 || status === 410) return "not-found";
  if (status === 409 || status === 412) return "conflict";
  if (status === 429) return "rate-limited";
  if (status >= 502 && status <= 504) return "unavailable";
  return "internal";
}

function defaultMessage(failure: Failure): string {
  switch (failure) {
    case "invalid":
      return "The service did not accept this.";
    case "unauthenticated":
      return "Sign in first.";
    case "forbidden":
      return "This is not allowed.";
    case "not-found":
      return "This is no longer there.";
    case "conflict":
      return "This has been changed somewhere else.";
    case "rate-limited":
      return "Too many requests.";
    case "unavailable":
      return "The service is not available at the moment.";
    case "unreachable":
      return "The service cannot be reached. Check the connection.";
    case "internal":
      return "The service failed to do this.";
  }
}
