// The client against a real HTTP server: when the access token is renewed, and how often.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ApiClient } from "./client.ts";
import type { ApiError } from "./errors.ts";
import type { Session, SignedIn, User } from "./schema.d.ts";

const REFRESH = "POST /api/v2/sessions/refresh";
const ME = "GET /api/v2/users/me";

let stop: (() => void) | undefined;
afterEach(() => stop?.());

/** A service that knows one access token at a time; `answer` says how it answers a refresh. */
async function start(answer: () => SignedIn | number) {
  const seen: string[] = [];
  let valid = "none yet";
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const call = `${request.method ?? ""} ${request.url ?? ""}`;
    seen.push(call);
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (call !== REFRESH) {
      const welcome = request.headers.authorization === `Bearer ${valid}`;
      send(welcome ? 200 : 401, { call });
      return;
    }
    const given = answer();
    if (typeof given === "number") {
      send(given, { detail: "no" });
      return;
    }
    valid = given.access_token;
    send(200, given);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
  const { port } = server.address() as AddressInfo;
  const client = new ApiClient(`http://127.0.0.1:${port}`);
  const events: string[] = [];
  client.connect({
    onSignedIn: ({ user }) => events.push(`in ${user.id}`),
    onSignedOut: () => events.push("out"),
  });
  return { client, seen, events };
}

function tokens(userId: string, access_token: string): SignedIn {
  const at = "2026-11-22T09:30:00.000Z";
  const user: User = {
    id: userId,
    name: "",
    email: "person@example.com",
    email_verified: false,
    role: "user",
    time_zone: null,
    language: null,
    week_start: "monday",
    digest: null,
    created_at: at,
    updated_at: at,
  };
  const session: Session = {
    id: "5",
    device: "",
    address: "127.0.0.1",
    current: true,
    created_at: at,
    last_used_at: at,
    expires_at: at,
  };
  return { access_token, token_type: "Bearer", expires_in: 900, session, user };
}

test("calls that are refused together share one refresh, and each is made again", async () => {
  const { client, seen, events } = await start(() => tokens("a", "fresh"));
  client.adopt(tokens("a", "stale"));
  const answers = await Promise.all([
    client.call("GET", "/api/v2/users/me"),
    client.call("GET", "/api/v2/todos"),
    client.call("DELETE", "/api/v2/sessions"),
  ]);
  expect(answers).toEqual([
    { call: ME },
    { call: "GET /api/v2/todos" },
    { call: "DELETE /api/v2/sessions" },
  ]);
  expect(seen.filter((call) => call === REFRESH)).toHaveLength(1);
  expect(events).toEqual(["in a", "in a"]);
});

test("a call that is refused with a fresh token too is not made a third time", async () => {
  let count = 0;
  const { client, seen } = await start(() => tokens("a", `fresh ${(count += 1)}`));
  client.adopt(tokens("a", "stale"));
  await client.call("GET", "/api/v2/users/me");
  expect(seen).toEqual([ME, REFRESH, ME]);
});

test("when the session is over the caller learns it and the owner too", async () => {
  const { client, events } = await start(() => 401);
  client.adopt(tokens("a", "stale"));
  await expect(client.call("GET", "/api/v2/users/me")).rejects.toMatchObject({
    failure: "unauthenticated",
  });
  expect(events).toEqual(["in a", "out"]);
});

test("a refresh that fails for now ends no session", async () => {
  const { client, events } = await start(() => 503);
  client.adopt(tokens("a", "stale"));
  await expect(client.call("GET", "/api/v2/users/me")).rejects.toMatchObject({
    failure: "unavailable",
  });
  expect(events).toEqual(["in a"]);
});

test("what one person began is not done in the name of another", async () => {
  const { client, seen, events } = await start(() => tokens("b", "fresh"));
  client.adopt(tokens("a", "stale"));
  await expect(
    client.call("POST", "/api/v2/todos", { body: { title: "One" } }),
  ).rejects.toMatchObject({
    failure: "unauthenticated",
  });
  expect(seen).toEqual(["POST /api/v2/todos", REFRESH]);
  expect(events).toEqual(["in a", "in b"]);
});

test("a sign-in that overtakes a failing refresh stands", async () => {
  const { client, events } = await start(() => 401);
  const refresh = client.refresh();
  client.adopt(tokens("a", "fresh"));
  await refresh;
  expect(events).toEqual(["in a"]);
});

test("silence is told apart from an answer", async () => {
  const { client } = await start(() => 401);
  stop?.();
  const error: unknown = await client
    .call("GET", "/api/v2/users/me")
    .catch((thrown: unknown) => thrown);
  expect((error as ApiError).failure).toBe("unreachable");
});

test("parameters stand in the path and in the query, whatever is in them", async () => {
  const { client, seen } = await start(() => tokens("a", "fresh"));
  await client.refresh();
  await client.call("DELETE", "/api/v2/todos/{id}", { path: { id: "a/b?c" } });
  await client.call("GET", "/api/v2/todos", {
    query: { q: "a&b", done: false, limit: 5, tag: ["one", "two"], cursor: undefined },
  });
  expect(seen.slice(1)).toEqual([
    "DELETE /api/v2/todos/a%2Fb%3Fc",
    "GET /api/v2/todos?q=a%26b&done=false&limit=5&tag=one&tag=two",
  ]);
});
