// The calls on accounts and sessions.
import type { ApiClient } from "./client.ts";
import { ApiError } from "./errors.ts";
import type { PasswordReset, SessionCreate, SignedIn, User, UserCreate } from "./schema.d.ts";

export type Credentials = Pick<SessionCreate, "email" | "password">;

export function createUser(client: ApiClient, user: UserCreate): Promise<User> {
  return client.call("POST", "/api/v2/users", { body: user, authenticated: false });
}

/** Throws ApiError, also for an account that has a second factor: there is no page that asks for it. */
export async function createSession(
  client: ApiClient,
  credentials: Credentials,
): Promise<SignedIn> {
  const answer = await client.call("POST", "/api/v2/sessions", {
    body: { ...credentials, transport: "cookie" },
    authenticated: false,
  });
  if ("second_factor" in answer) {
    throw new ApiError(403, {
      detail: "This account has a second factor, and this page cannot ask for it.",
    });
  }
  return answer;
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
