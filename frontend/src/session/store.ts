// Who is signed in, in this tab and in step with the others. Views read it through hooks.ts.
import {
  createSession,
  createSessionByPasskey,
  createUser,
  deleteCurrentSession,
  finishSession,
  type Credentials,
  type PasskeyAnswered,
  type Proof,
  type SecondFactor,
} from "../api/accounts.ts";
import type { ApiClient } from "../api/client.ts";
import { ApiError, asApiError } from "../api/errors.ts";
import type { SignedIn, User, UserCreate } from "../api/schema.d.ts";

export type Session =
  /** The page has just been opened; whether the cookie still stands for a session is being asked. */
  | { status: "starting" }
  /** The question could not be put; it is neither known to be signed in nor out. */
  | { status: "unknown"; error: ApiError }
  /** `ended` says that it was not this person's wish. */
  | { status: "signed-out"; ended: boolean }
  | { status: "signed-in"; user: User };

type Message = "signed-in" | "signed-out";

export class SessionStore {
  readonly #client: ApiClient;
  readonly #listeners = new Set<() => void>();
  readonly #channel = new BroadcastChannel("rondo-session");
  #session: Session = { status: "starting" };
  #leaving = false;

  /** `onUserChange` is called whenever what is cached belongs to someone else from now on. */
  constructor(client: ApiClient, onUserChange: () => void) {
    this.#client = client;
    client.connect({
      onSignedIn: ({ user }: SignedIn) => {
        if (this.#session.status === "signed-in" && this.#session.user.id !== user.id) {
          onUserChange();
        }
        this.#set({ status: "signed-in", user });
      },
      onSignedOut: () => {
        const ended = this.#session.status === "signed-in" && !this.#leaving;
        onUserChange();
        this.#set({ status: "signed-out", ended });
      },
    });
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data === "signed-out") this.#leave();
      else void this.restore();
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): Session => this.#session;

  /** Asks the service whether the cookie stands for a session. Failures end in the session. */
  async restore(): Promise<void> {
    // Browsers keep no Secure cookie for such a page: there is nothing to ask about.
    if (!window.isSecureContext) {
      this.#set({ status: "signed-out", ended: false });
      return;
    }
    try {
      await this.#client.refresh();
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.status === 401 || this.#session.status === "signed-in") return;
      this.#set({ status: "unknown", error });
    }
  }

  /** Throws ApiError. Answers what has to be shown yet; null if nothing, and one is signed in. */
  async signIn(credentials: Credentials): Promise<SecondFactor | null> {
    const answer = await createSession(this.#client, credentials);
    if ("second_factor" in answer) return answer.second_factor;
    this.#begin(answer);
    return null;
  }

  /** Ends the sign-in of this ticket. Throws ApiError. */
  async finishSignIn(ticket: string, proof: Proof): Promise<void> {
    this.#begin(await finishSession(this.#client, ticket, proof));
  }

  /** Throws ApiError. */
  async signInByPasskey(passkey: PasskeyAnswered): Promise<void> {
    this.#begin(await createSessionByPasskey(this.#client, passkey));
  }

  #begin(signedIn: SignedIn): void {
    this.#client.adopt(signedIn);
    this.#tell("signed-in");
  }

  /** Makes the account; signing in is the next step. Throws ApiError. */
  async register(user: UserCreate): Promise<void> {
    await createUser(this.#client, user);
  }

  /**
   * Ends the session at the service first: as long as that fails the cookie would sign the next
   * visitor in again. Throws ApiError.
   */
  async signOut(): Promise<void> {
    try {
      await deleteCurrentSession(this.#client);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    }
    this.#leave();
    this.#tell("signed-out");
  }

  #leave(): void {
    this.#leaving = true;
    this.#client.drop();
    this.#leaving = false;
  }

  #set(session: Session): void {
    this.#session = session;
    for (const listener of this.#listeners) listener();
  }

  #tell(message: Message): void {
    this.#channel.postMessage(message);
  }
}
