// The calls on accounts and sessions.
import type { ApiClient } from "./client.ts";
import type { Credentials, NewUser, SignedIn, User } from "./types.ts";

export function createUser(client: ApiClient, user: NewUser): Promise<User> {
  return client.call("/api/v2/users", { method: "POST", body: user, authenticated: false });
}

export function createSession(client: ApiClient, credentials: Credentials): Promise<SignedIn> {
  return client.call("/api/v2/sessions", {
    method: "POST",
    body: { ...credentials, transport: "cookie" },
    authenticated: false,
  });
}

export function deleteCurrentSession(client: ApiClient): Promise<void> {
  return client.call("/api/v2/sessions/current", { method: "DELETE" });
}
