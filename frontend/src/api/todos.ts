// The calls on to-dos.
import type { ApiClient } from "./client.ts";
import type { Todo, TodoCreate, TodoPage, TodoUpdate } from "./schema.d.ts";

/** Which to-dos are shown. */
export interface TodoFilter {
  show: "all" | "open" | "done";
  /** Searched for in the text; "" is no search. */
  text: string;
}

/** The members that this app changes; one that is absent stays, `null` clears. */
export type TodoPatch = Pick<TodoUpdate, "title" | "done" | "due" | "priority">;

const PAGE_SIZE = 50;

export function listTodos(
  client: ApiClient,
  filter: TodoFilter,
  cursor: string | null,
  signal: AbortSignal,
): Promise<TodoPage> {
  return client.call("GET", "/api/v2/todos", {
    query: {
      limit: PAGE_SIZE,
      sort: "position",
      done: filter.show === "all" ? undefined : filter.show === "done",
      q: filter.text === "" ? undefined : filter.text,
      cursor: cursor ?? undefined,
    },
    signal,
  });
}

export function createTodo(client: ApiClient, todo: TodoCreate): Promise<Todo> {
  return client.call("POST", "/api/v2/todos", { body: todo });
}

export function updateTodo(client: ApiClient, id: string, patch: TodoPatch): Promise<Todo> {
  return client.call("PATCH", "/api/v2/todos/{id}", { path: { id }, body: patch });
}

export async function deleteTodo(client: ApiClient, id: string): Promise<void> {
  await client.call("DELETE", "/api/v2/todos/{id}", { path: { id } });
}
