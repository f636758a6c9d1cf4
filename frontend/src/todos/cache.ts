// Pure steps on the cached pages of to-dos, so that a change shows before the service has answered
// and can be taken back when it fails.
import type { InfiniteData } from "@tanstack/react-query";
import type { TodoFilter } from "../api/todos.ts";
import type { Todo, TodoPage } from "../api/schema.d.ts";

export type TodoPages = InfiniteData<TodoPage, string | null>;

/** Begins the id of a to-do that the service has not answered for yet. */
const PENDING = "pending-";

let pendingCount = 0;

/** A to-do as it will be when the service has made it; new ones come last. */
export function pendingTodo(title: string): Todo {
  pendingCount += 1;
  const now = new Date().toISOString();
  const number = String(pendingCount).padStart(6, "0");
  return {
    id: PENDING + number,
    title,
    notes: "",
    done: false,
    completed_at: null,
    due: null,
    time_zone: null,
    recurrence: null,
    recurs_from: "due",
    last_completed_at: null,
    priority: null,
    tags: [],
    list_id: null,
    parent_id: null,
    parent_title: null,
    progress: null,
    reminder: null,
    remind_at: null,
    reminded_at: null,
    position: `\uffff${number}`,
    created_at: now,
    updated_at: now,
    deleted_at: null,
    version: 0,
  };
}

export function isPending(todo: Todo): boolean {
  return todo.id.startsWith(PENDING);
}

/** The rows to show: each to-do once, in order, wherever in the pages it stands. */
export function rows(data: TodoPages): Todo[] {
  const byId = new Map<string, Todo>();
  for (const page of data.pages) for (const todo of page.items) byId.set(todo.id, todo);
  return [...byId.values()].sort((a, b) => compare(a.position, b.position) || compare(a.id, b.id));
}

/** Puts the to-do into a list as it is now: changed, added or, if the filter says so, gone. */
export function put(data: TodoPages, filter: TodoFilter, todo: Todo): TodoPages {
  const present = data.pages.some((page) => page.items.some(({ id }) => id === todo.id));
  if (!matches(filter, todo)) return present ? remove(data, todo.id) : data;
  if (present) {
    return mapPages(data, (items) => items.map((item) => (item.id === todo.id ? todo : item)));
  }
  // Only the service can tell whether a text search finds it; the next fetch shows it.
  if (filter.text !== "" && !isPending(todo)) return data;
  const last = data.pages.length - 1;
  return mapPages(data, (items, index) => (index === last ? [...items, todo] : items));
}

export function remove(data: TodoPages, id: string): TodoPages {
  return mapPages(data, (items) => items.filter((item) => item.id !== id));
}

/** What is known of another filter's list while it is being fetched. */
export function preview(data: TodoPages, filter: TodoFilter): TodoPages {
  return mapPages(data, (items) => items.filter((item) => matches(filter, item)));
}

export function matches(filter: TodoFilter, todo: Todo): boolean {
  return filter.show === "all" || todo.done === (filter.show === "done");
}

function mapPages(data: TodoPages, change: (items: Todo[], index: number) => Todo[]): TodoPages {
  return {
    ...data,
    pages: data.pages.map((page, index) => ({ ...page, items: change(page.items, index) })),
  };
}

/** As the service orders: by code, not by language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
