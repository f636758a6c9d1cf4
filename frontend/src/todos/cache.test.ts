// The optimistic steps on cached pages.
import { expect, test } from "vitest";
import type { TodoFilter } from "../api/todos.ts";
import type { Todo } from "../api/schema.d.ts";
import { isPending, pendingTodo, preview, put, remove, rows, type TodoPages } from "./cache.ts";

const ALL: TodoFilter = { show: "all", text: "" };
const OPEN: TodoFilter = { show: "open", text: "" };
const SEARCH: TodoFilter = { show: "all", text: "milk" };

function todo(id: string, change: Partial<Todo> = {}): Todo {
  return { ...pendingTodo(id), id, position: id, version: 1, ...change };
}

function pages(...lists: Todo[][]): TodoPages {
  return {
    pages: lists.map((items) => ({ items, next: null })),
    pageParams: lists.map(() => null),
  };
}

const ids = (data: TodoPages) => rows(data).map(({ id }) => id);

test("a change is put in the place of what it changes, on whichever page", () => {
  const before = pages([todo("a"), todo("b")], [todo("c")]);
  const after = put(before, ALL, todo("c", { title: "new" }));
  expect(ids(after)).toEqual(["a", "b", "c"]);
  expect(rows(after)[2]?.title).toBe("new");
  expect(rows(before)[2]?.title).toBe("c");
});

test("what no longer fits the filter leaves the list, and what fits again comes back in order", () => {
  const before = pages([todo("a"), todo("b"), todo("c")]);
  const without = put(before, OPEN, todo("b", { done: true }));
  expect(ids(without)).toEqual(["a", "c"]);
  expect(ids(put(without, OPEN, todo("b")))).toEqual(["a", "b", "c"]);
});

test("a deletion that failed is undone in its old place", () => {
  const before = pages([todo("a"), todo("b")], [todo("c")]);
  expect(ids(put(remove(before, "a"), ALL, todo("a")))).toEqual(["a", "b", "c"]);
});

test("a new to-do comes last, then is exchanged for the one that the service made", () => {
  const first = pendingTodo("first");
  const second = pendingTodo("second");
  const list = put(put(pages([todo("a")]), ALL, first), ALL, second);
  expect(rows(list).map(({ title }) => title)).toEqual(["a", "first", "second"]);
  expect(rows(list).map(isPending)).toEqual([false, true, true]);
  expect(ids(put(remove(list, first.id), ALL, todo("b")))).toEqual(["a", "b", second.id]);
});

test("a search shows a change of what it has found, and does not guess about the rest", () => {
  const found = pages([todo("a")]);
  expect(ids(put(found, SEARCH, todo("b")))).toEqual(["a"]);
  expect(rows(put(found, SEARCH, todo("a", { done: true })))[0]?.done).toBe(true);
});

test("a to-do that two pages hold is shown once", () => {
  expect(ids(pages([todo("a"), todo("b")], [todo("b"), todo("c")]))).toEqual(["a", "b", "c"]);
});

test("the preview of another filter shows nothing that it would not show", () => {
  expect(ids(preview(pages([todo("a"), todo("b", { done: true })]), OPEN))).toEqual(["a"]);
});
