// The one way from the app to the service: JSON calls with the access token, which is renewed when
// it has run out. The access token lives in this object only; the refresh token lives in an
// HttpOnly cookie that no script can read.
import { ApiError } from "./errors.ts";
import type { Answer, Arguments, Method, Options, Path } from "./operations.ts";
import type { SignedIn } from "./schema.d.ts";

const TIMEOUT_MS = 20_000;

/** A call as it is sent; `call` sees to it that it is one of the API's. */
interface Call extends Options {
  method: Method;
  /** As in the API's description: `/todos/{id}`. */
  template: string;
  path?: Record<string, string>;
  query?: Record<string, QueryValue | readonly QueryValue[] | undefined>;
  body?: unknown;
}

type QueryValue = string | number | boolean;

/** What the client tells its owner, the session store. */
export interface SessionEvents {
  /** A sign-in or a refresh gave new tokens; the user may be another one than before. */
  onSignedIn(signedIn: SignedIn): void;
  /** The service no longer knows the session. */
  onSignedOut(): void;
}

export class ApiClient {
  readonly #base: string;
  #events: SessionEvents | null = null;
  #token: string | null = null;
  #userId: string | null = null;
  #refreshing: Promise<void> | null = null;
  // Counts sign-ins and sign-outs, so that an answer that was overtaken by one can tell.
  #era = 0;

  constructor(base = "") {
    this.#base = base;
  }

  connect(events: SessionEvents): void {
    this.#events = events;
  }

  /** One call of the API, whose types are generated from its description. Throws ApiError. */
  async call<M extends Method, P extends Path<M>>(
    method: M,
    template: P,
    ...[options]: Arguments<M, P>
  ): Promise<Answer<M, P>> {
    const sent = options as Partial<Call> | undefined;
    return (await this.#call({ ...sent, method, template })) as Answer<M, P>;
  }

  async #call(call: Call): Promise<unknown> {
    if (call.authenticated === false) return this.#send(call, null);
    const token = this.#token;
    const userId = this.#userId;
    try {
      return await this.#send(call, token);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      // Another call may have renewed the token while this one was under way.
      if (this.#token === null || this.#token === token) await this.refresh();
      // The cookie is shared by all tabs: someone else may have signed in in another one, and what
      // one person began must not be done in the other's name.
      if (userId !== null && this.#userId !== userId) throw error;
      return this.#send(call, this.#token);
    }
  }

  /** Takes the tokens of a sign-in into use. */
  adopt(signedIn: SignedIn): void {
    this.#era += 1;
    this.#token = signedIn.access_token;
    this.#userId = signedIn.user.id;
    this.#events?.onSignedIn(signedIn);
  }

  /** Forgets the tokens. */
  drop(): void {
    this.#era += 1;
    this.#token = null;
    this.#userId = null;
    this.#events?.onSignedOut();
  }

  /**
   * Turns the cookie into a new access token. Calls at the same time share one request, and the
   * tabs of a browser take turns, since each refresh makes the cookie before it stale.
   */
  refresh(): Promise<void> {
    this.#refreshing ??= inTurn(() => this.#refresh()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const era = this.#era;
    try {
      const signedIn = await this.call("POST", "/api/v2/sessions/refresh", {
        body: {},
        authenticated: false,
      });
      if (era === this.#era) this.adopt(signedIn);
    } catch (error) {
      if (era !== this.#era) return;
      if (error instanceof ApiError && error.status === 401) this.drop();
      throw error;
    }
  }

  async #send(call: Call, token: string | null): Promise<unknown> {
    const { method } = call;
    const headers = new Headers({ Accept: "application/json, application/problem+json" });
    if (token !== null) headers.set("Authorization", `Bearer ${token}`);
    if (call.body !== undefined) {
      headers.set(
        "Content-Type",
        method === "PATCH" ? "application/merge-patch+json" : "application/json",
      );
    }
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#base + target(call), {
        method,
        headers,
        body: call.body === undefined ? null : JSON.stringify(call.body),
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
      });
      if (!response.ok) throw await ApiError.from(response);
      text = await response.text();
    } catch (error) {
      // A call that the app itself took back is not a failure of the service.
      if (error instanceof ApiError || call.signal?.aborted) throw error;
      throw new ApiError(0);
    }
    if (response.status === 204 || text === "") return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new ApiError(502);
    }
  }
}

/** The path with its parameters filled in, and the query. */
function target({ template, path = {}, query = {} }: Call): string {
  const filled = template.replace(/\{(\w+)\}/g, (_braces, name: string) => {
    const value = path[name];
    if (value === undefined) throw new Error(`${template} lacks ${name}`);
    return encodeURIComponent(value);
  });
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of [value].flat()) params.append(name, String(one));
  }
  const text = params.toString();
  return text === "" ? filled : `${filled}?${text}`;
}

/** Runs one after the other in all tabs of this origin. */
async function inTurn(work: () => Promise<void>): Promise<void> {
  // Without a secure context there are no locks, but no Secure cookie to refresh with either.
  const locks = (globalThis as { navigator?: Partial<Navigator> }).navigator?.locks;
  await (locks ? locks.request("rondo-session-refresh", work) : work());
}
