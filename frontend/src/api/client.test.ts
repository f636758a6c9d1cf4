// The client against a real HTTP server: when the access token is renewed, and how often.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ApiClient } from "./client.ts";
import type { ApiError } from "./errors.ts";
import type { SignedIn } from "./types.ts";

const REFRESH = "POST /api/v2/sessions/refresh";

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
  const user = { id: userId, name: "", email: "person@example.com", role: "user" };
  return { access_token, token_type: "Bearer", expires_in: 900, user };
}

test("calls that are refused together share one refresh, and each is made again", async () => {
  const { client, seen, events } = await start(() => tokens("a", "fresh"));
  client.adopt(tokens("a", "stale"));
  const answers = await Promise.all(
    ["/one", "/two", "/three"].map((path) => client.call<{ call: string }>(path)),
  );
  expect(answers.map(({ call }) => call)).toEqual(["GET /one", "GET /two", "GET /three"]);
  expect(seen.filter((call) => call === REFRESH)).toHaveLength(1);
  expect(events).toEqual(["in a", "in a"]);
});

test("a call that is refused with a fresh token too is not made a third time", async () => {
  let count = 0;
  const { client, seen } = await start(() => tokens("a", `fresh ${(count += 1)}`));
  client.adopt(tokens("a", "stale"));
  await client.call("/one");
  expect(seen).toEqual(["GET /one", REFRESH, "GET /one"]);
});

test("when the session is over the caller learns it and the owner too", async () => {
  const { client, events } = await start(() => 401);
  client.adopt(tokens("a", "stale"));
  await expect(client.call("/one")).rejects.toMatchObject({ failure: "unauthenticated" });
  expect(events).toEqual(["in a", "out"]);
});

test("a refresh that fails for now ends no session", async () => {
  const { client, events } = await start(() => 503);
  client.adopt(tokens("a", "stale"));
  await expect(client.call("/one")).rejects.toMatchObject({ failure: "unavailable" });
  expect(events).toEqual(["in a"]);
});

test("what one person began is not done in the name of another", async () => {
  const { client, seen, events } = await start(() => tokens("b", "fresh"));
  client.adopt(tokens("a", "stale"));
  await expect(client.call("/one", { method: "POST", body: {} })).rejects.toMatchObject({
    failure: "unauthenticated",
  });
  expect(seen).toEqual(["POST /one", REFRESH]);
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
  const error: unknown = await client.call("/one").catch((thrown: unknown) => thrown);
  expect((error as ApiError).failure).toBe("unreachable");
});
