// What must compile and what must not: `tsc` fails if one of the latter does.
import { expectTypeOf } from "vitest";
import type { ApiClient } from "./client.ts";
import type { Answer } from "./operations.ts";
import type { Todo } from "./schema.d.ts";

const one = { path: { id: "5" } };

export async function right(client: ApiClient): Promise<void> {
  const page = await client.call("GET", "/api/v2/todos", {
    query: { limit: 5, done: true, tag: ["a", "b"], sort: "-due" },
  });
  expectTypeOf(page.items).toEqualTypeOf<Todo[]>();
  await client.call("POST", "/api/v2/todos", { body: { title: "a", tags: ["b"], due: null } });
  await client.call("PATCH", "/api/v2/todos/{id}", { ...one, body: { done: true } });
  await client.call("DELETE", "/api/v2/todos/{id}", one);
  expectTypeOf<Answer<"DELETE", "/api/v2/todos/{id}">>().toEqualTypeOf<undefined>();
}

export async function wrong(client: ApiClient): Promise<void> {
  // @ts-expect-error there is no such path
  await client.call("GET", "/api/v2/todo");
  // @ts-expect-error the path is filled in already
  await client.call("DELETE", "/api/v2/todos/5");
  // @ts-expect-error the path has no such method
  await client.call("DELETE", "/api/v2/todos");
  // @ts-expect-error no path has such a method
  await client.call("PUT", "/api/v2/todos/{id}", { ...one, body: {} });

  // @ts-expect-error the path's parameter is missing
  await client.call("GET", "/api/v2/todos/{id}");
  // @ts-expect-error the path's parameter has another name
  await client.call("GET", "/api/v2/todos/{id}", { path: { name: "5" } });
  // @ts-expect-error the path has no parameter
  await client.call("GET", "/api/v2/todos", one);

  // @ts-expect-error there is no such query parameter
  await client.call("GET", "/api/v2/todos", { query: { page: 2 } });
  // @ts-expect-error the query parameter is of another type
  await client.call("GET", "/api/v2/todos", { query: { done: "yes" } });
  // @ts-expect-error the query parameter has no such value
  await client.call("GET", "/api/v2/todos", { query: { sort: "colour" } });
  // @ts-expect-error there are no query parameters
  await client.call("GET", "/api/v2/users/me", { query: { limit: 5 } });

  // @ts-expect-error the body is missing
  await client.call("POST", "/api/v2/todos");
  // @ts-expect-error the body lacks a member
  await client.call("POST", "/api/v2/todos", { body: { done: true } });
  // @ts-expect-error the body has no such member
  await client.call("POST", "/api/v2/todos", { body: { title: "a", colour: "red" } });
  // @ts-expect-error the member is of another type
  await client.call("POST", "/api/v2/todos", { body: { title: 5 } });
  // @ts-expect-error the member has no such value
  await client.call("PATCH", "/api/v2/users/me", { body: { week_start: "tuesday" } });
  // @ts-expect-error the operation takes no body
  await client.call("GET", "/api/v2/users/me", { body: {} });

  const todo = await client.call("GET", "/api/v2/todos/{id}", one);
  // @ts-expect-error the answer has no such member
  expectTypeOf(todo.colour).not.toBeAny();
  // @ts-expect-error the member is of another type
  expectTypeOf(todo.version).toBeString();
}
