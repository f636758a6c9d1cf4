// The calls on to-dos.
import type { ApiClient } from "./client.ts";
import type { NewTodo, Page, Todo, TodoPatch } from "./types.ts";

/** Which to-dos are shown. */
export interface TodoFilter {
  show: "all" | "open" | "done";
  /** Searched for in the text; "" is no search. */
  text: string;
}

const PAGE_SIZE = 50;

export function listTodos(
  client: ApiClient,
  filter: TodoFilter,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Page<Todo>> {
  return client.call("/api/v2/todos", {
    query: {
      limit: String(PAGE_SIZE),
      sort: "position",
      done: filter.show === "all" ? undefined : String(filter.show === "done"),
      q: filter.text === "" ? undefined : filter.text,
      cursor: cursor ?? undefined,
    },
    signal,
  });
}

export function createTodo(client: ApiClient, todo: NewTodo): Promise<Todo> {
  return client.call("/api/v2/todos", { method: "POST", body: todo });
}

export function updateTodo(client: ApiClient, id: string, patch: TodoPatch): Promise<Todo> {
  return client.call(`/api/v2/todos/${encodeURIComponent(id)}`, { method: "PATCH", body: patch });
}

export function deleteTodo(client: ApiClient, id: string): Promise<void> {
  return client.call(`/api/v2/todos/${encodeURIComponent(id)}`, { method: "DELETE" });
}
