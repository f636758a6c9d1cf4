// The list: its rows, and what stands in their place while, or because, there are none.
import { Button, Paper, Skeleton } from "@mantine/core";
import { asApiError } from "../api/errors.ts";
import type { TodoFilter } from "../api/todos.ts";
import { Mark } from "../ui/icons.tsx";
import { useNotices } from "../ui/notices.tsx";
import { Problem } from "../ui/problem.tsx";
import { isPending, rows } from "./cache.ts";
import { useTodos } from "./queries.ts";
import { TodoRow } from "./todo-row.tsx";
import classes from "./todo-list.module.css";

export function TodoList({ filter }: { filter: TodoFilter }) {
  const { announce, failed } = useNotices();
  const query = useTodos(filter);

  async function loadMore() {
    const result = await query.fetchNextPage();
    if (result.error) {
      failed("No more could be loaded.", asApiError(result.error), () => void loadMore());
    } else announce(`${rows(result.data ?? { pages: [], pageParams: [] }).length} to-dos shown`);
  }

  const problem = query.isError && !query.isFetchNextPageError && (
    <Problem
      title={query.data ? "This may not be up to date" : "Your to-dos could not be loaded"}
      error={asApiError(query.error)}
      retrying={query.isFetching}
      onRetry={() => void query.refetch()}
    />
  );
  if (!query.data) return problem || <LoadingList />;

  const todos = rows(query.data);
  return (
    <>
      {problem && <div className={classes.problem}>{problem}</div>}
      {todos.length === 0 ? (
        query.isPlaceholderData ? (
          <LoadingList />
        ) : (
          <EmptyList filter={filter} />
        )
      ) : (
        <Paper withBorder shadow="xs" className={classes.paper}>
          <ul className={classes.list} aria-label="To-dos" aria-busy={query.isPlaceholderData}>
            {todos.map((todo) => (
              <TodoRow
                key={todo.id}
                todo={todo}
                pending={isPending(todo)}
                leavesWhenTicked={filter.show !== "all"}
              />
            ))}
          </ul>
        </Paper>
      )}
      {query.hasNextPage && (
        <div className={classes.more}>
          <Button variant="default" loading={query.isFetchingNextPage} onClick={loadMore}>
            Load more
          </Button>
        </div>
      )}
    </>
  );
}

function LoadingList() {
  return (
    <Paper withBorder className={classes.paper} role="status" aria-label="Loading your to-dos">
      {[62, 45, 70, 38].map((width) => (
        <div key={width} className={classes.loadingRow}>
          <Skeleton circle height={22} />
          <Skeleton height={14} width={`${width}%`} />
        </div>
      ))}
    </Paper>
  );
}

function EmptyList({ filter }: { filter: TodoFilter }) {
  const [title, text] = emptyWords(filter);
  return (
    <div className={classes.empty}>
      <Mark size={44} />
      <p className={classes.emptyTitle}>{title}</p>
      <p className={classes.emptyText}>{text}</p>
    </div>
  );
}

function emptyWords({ show, text }: TodoFilter): [string, string] {
  if (text !== "") return ["Nothing found", "No to-do here has these words in it."];
  if (show === "open") return ["All done", "There is nothing open. Enjoy it, or add something."];
  if (show === "done") return ["Nothing done yet", "What you tick off is kept here."];
  return ["Nothing to do yet", "Write down the first thing in the field above."];
}
