// The calls on accounts and sessions.
import type { ApiClient } from "./client.ts";
import type {
  PasskeyOptions,
  PasswordReset,
  ProviderList,
  SecondFactorAsked,
  SessionCreate,
  SessionPasskey,
  SessionSecondFactor,
  SignedIn,
  User,
  UserCreate,
} from "./schema.d.ts";

export type Credentials = Pick<SessionCreate, "email" | "password">;
/** What an account asks for that has a second factor, once the first step is done. */
export type SecondFactor = SecondFactorAsked["second_factor"];
/** What is shown as a second factor: one of its members. */
export type Proof = SessionSecondFactor["second_factor"];
/** An authenticator's answer to the challenge of this ticket. */
export type PasskeyAnswered = Pick<SessionPasskey, "ticket" | "answer">;

export function createUser(client: ApiClient, user: UserCreate): Promise<User> {
  return client.call("POST", "/api/v2/users", { body: user, authenticated: false });
}

export function createSession(
  client: ApiClient,
  credentials: Credentials,
): Promise<SignedIn | SecondFactorAsked> {
  return client.call("POST", "/api/v2/sessions", {
    body: { ...credentials, transport: "cookie" },
    authenticated: false,
  });
}

/** Ends the sign-in of this ticket. */
export function finishSession(client: ApiClient, ticket: string, proof: Proof): Promise<SignedIn> {
  return client.call("POST", "/api/v2/sessions/second-factor", {
    body: { ticket, second_factor: proof, transport: "cookie" },
    authenticated: false,
  });
}

/** What any passkey for this service is asked. */
export function askForPasskey(client: ApiClient): Promise<PasskeyOptions> {
  return client.call("POST", "/api/v2/sessions/passkey/options", { authenticated: false });
}

/** Signs in with a passkey alone. */
export function createSessionByPasskey(
  client: ApiClient,
  passkey: PasskeyAnswered,
): Promise<SignedIn> {
  return client.call("POST", "/api/v2/sessions/passkey", {
    body: { ...passkey, transport: "cookie" },
    authenticated: false,
  });
}

export function listProviders(client: ApiClient, signal: AbortSignal): Promise<ProviderList> {
  return client.call("GET", "/api/v2/providers", { authenticated: false, signal });
}

export async function deleteCurrentSession(client: ApiClient): Promise<void> {
  await client.call("DELETE", "/api/v2/sessions/current");
}

/** Verifies the address that the mail with this token came to. */
export async function verifyEmail(client: ApiClient, token: string): Promise<void> {
  await client.call("POST", "/api/v2/email-verifications", {
    body: { token },
    authenticated: false,
  });
}

/** Asks for the mail by which a new password is set. */
export async function askForReset(client: ApiClient, email: string): Promise<void> {
  await client.call("POST", "/api/v2/password-resets", { body: { email }, authenticated: false });
}

/** Sets a new password by the token of that mail. */
export async function resetPassword(client: ApiClient, reset: PasswordReset): Promise<void> {
  await client.call("POST", "/api/v2/password-resets/complete", {
    body: reset,
    authenticated: false,
  });
}
