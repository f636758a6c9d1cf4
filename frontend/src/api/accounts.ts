// The calls on accounts and sessions.
import type { ApiClient } from "./client.ts";
import type { SessionCreate, SignedIn, User, UserCreate } from "./schema.d.ts";

export type Credentials = Pick<SessionCreate, "email" | "password">;

export function createUser(client: ApiClient, user: UserCreate): Promise<User> {
  return client.call("POST", "/api/v2/users", { body: user, authenticated: false });
}

export function createSession(client: ApiClient, credentials: Credentials): Promise<SignedIn> {
  return client.call("POST", "/api/v2/sessions", {
    body: { ...credentials, transport: "cookie" },
    authenticated: false,
  });
}

export async function deleteCurrentSession(client: ApiClient): Promise<void> {
  await client.call("DELETE", "/api/v2/sessions/current");
}
