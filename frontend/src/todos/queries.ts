// Reading and changing to-dos: each change shows at once, and is taken back if it fails.
import {
  useInfiniteQuery,
  useMutation,
  useQueryClient,
  type Query,
  type QueryClient,
} from "@tanstack/react-query";
import { asApiError } from "../api/errors.ts";
import type { TodoFilter, TodoPatch } from "../api/todos.ts";
import { createTodo, deleteTodo, listTodos, updateTodo } from "../api/todos.ts";
import type { Todo, TodoPage } from "../api/schema.d.ts";
import { useServices } from "../session/context.tsx";
import { pendingTodo, preview, put, remove, type TodoPages } from "./cache.ts";

const LISTS = ["todos"];

export function useTodos(filter: TodoFilter) {
  const { client } = useServices();
  return useInfiniteQuery<TodoPage, Error, TodoPages, [...string[], TodoFilter], string | null>({
    queryKey: [...LISTS, filter],
    queryFn: ({ pageParam, signal }) => listTodos(client, filter, pageParam, signal),
    initialPageParam: null,
    getNextPageParam: (last) => last.next,
    placeholderData: (previous) => previous && preview(previous, filter),
  });
}

export function useCreateTodo() {
  const { client } = useServices();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (title: string) => createTodo(client, { title }),
    onMutate: async (title) => {
      await beforeChange(cache);
      const pending = pendingTodo(title);
      putEverywhere(cache, pending);
      return pending;
    },
    onSuccess: (todo, _title, pending) => {
      removeEverywhere(cache, pending.id);
      putEverywhere(cache, todo);
      void afterChange(cache);
    },
    onError: (_error, _title, pending) => {
      if (pending) removeEverywhere(cache, pending.id);
    },
  });
}

export function useUpdateTodo(todo: Todo) {
  const { client } = useServices();
  const cache = useQueryClient();
  const change = changeOf(todo.id);
  return useMutation({
    ...change,
    mutationFn: (patch: TodoPatch) => updateTodo(client, todo.id, patch),
    onMutate: async (patch) => {
      await beforeChange(cache);
      putEverywhere(cache, { ...todo, ...patch });
      return todo;
    },
    onSuccess: (changed) => {
      // While a later change of this to-do is under way, that one's picture stays.
      if (isLastChange(cache, change.mutationKey)) putEverywhere(cache, changed);
      void afterChange(cache);
    },
    // `todo` itself is the changed one by now: the options follow each render.
    onError: (error, _patch, before) => takeBack(cache, before, error),
  });
}

export function useDeleteTodo(todo: Todo) {
  const { client } = useServices();
  const cache = useQueryClient();
  return useMutation({
    ...changeOf(todo.id),
    mutationFn: () => deleteTodo(client, todo.id),
    onMutate: async () => {
      await beforeChange(cache);
      removeEverywhere(cache, todo.id);
      return todo;
    },
    onSuccess: () => void afterChange(cache),
    onError: (error, _nothing, before) => takeBack(cache, before, error),
  });
}

/** Changes of one to-do are sent one after the other. */
function changeOf(id: string) {
  return { mutationKey: ["change-todo", id], scope: { id: `todo-${id}` } };
}

function isLastChange(cache: QueryClient, mutationKey: string[]): boolean {
  return cache.isMutating({ mutationKey }) === 1;
}

function takeBack(cache: QueryClient, before: Todo | undefined, error: unknown): void {
  if (before) {
    if (asApiError(error).failure === "not-found") removeEverywhere(cache, before.id);
    else putEverywhere(cache, before);
  }
  // What the service holds now is anyone's guess: ask it.
  void cache.invalidateQueries({ queryKey: LISTS });
}

/** Answers under way would bring back what was before the change. */
function beforeChange(cache: QueryClient): Promise<void> {
  return cache.cancelQueries({ queryKey: LISTS, predicate: hasData });
}

/**
 * The lists that are there have been changed by hand: it is enough to fetch them when they are next
 * shown. Those that are only being fetched may come as they were before the change: once more.
 */
async function afterChange(cache: QueryClient): Promise<void> {
  const waiting = { queryKey: LISTS, predicate: (query: Query) => !hasData(query) };
  await cache.invalidateQueries({ queryKey: LISTS, predicate: hasData, refetchType: "none" });
  await cache.cancelQueries(waiting);
  await cache.invalidateQueries(waiting);
}

function hasData(query: Query): boolean {
  return query.state.data !== undefined;
}

function putEverywhere(cache: QueryClient, todo: Todo): void {
  changeLists(cache, (data, filter) => put(data, filter, todo));
}

function removeEverywhere(cache: QueryClient, id: string): void {
  changeLists(cache, (data) => remove(data, id));
}

function changeLists(
  cache: QueryClient,
  change: (data: TodoPages, filter: TodoFilter) => TodoPages,
): void {
  for (const [key, data] of cache.getQueriesData<TodoPages>({ queryKey: LISTS })) {
    if (data) cache.setQueryData(key, change(data, key[1] as TodoFilter));
  }
}
