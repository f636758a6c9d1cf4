// One to-do: as a line, while it is edited, and while its deletion is confirmed.
import { ActionIcon, Button, Checkbox, UnstyledButton } from "@mantine/core";
import { startTransition, useOptimistic, useRef, useState, type KeyboardEvent } from "react";
import { asApiError, type ApiError } from "../api/errors.ts";
import type { Todo } from "../api/schema.d.ts";
import type { TodoPatch } from "../api/todos.ts";
import { CalendarIcon, DeleteIcon, EditIcon } from "../ui/icons.tsx";
import { useNotices } from "../ui/notices.tsx";
import { describeDue } from "./due.ts";
import { focusNeighbourOf } from "./focus.ts";
import { useDeleteTodo, useUpdateTodo } from "./queries.ts";
import { draftOf, TodoEditor, type Draft } from "./todo-editor.tsx";
import classes from "./todo-row.module.css";

type Mode =
  { is: "line" } | { is: "editor"; draft: Draft; error: ApiError | null } | { is: "deleting" };

export function TodoRow(props: {
  todo: Todo;
  /** The service has not made it yet: it cannot be changed. */
  pending: boolean;
  leavesWhenTicked: boolean;
}) {
  const { todo, pending } = props;
  const [mode, setMode] = useState<Mode>({ is: "line" });
  // The cache follows a moment later, but a box that is clicked must change in the same moment.
  const [ticked, setTicked] = useOptimistic(todo.done);
  const row = useRef<HTMLLIElement>(null);
  const title = useRef<HTMLButtonElement>(null);
  const update = useUpdateTodo(todo);
  const deletion = useDeleteTodo(todo);
  const { announce, failed } = useNotices();

  function tick(done: boolean) {
    if (props.leavesWhenTicked) focusNeighbourOf(row.current);
    startTransition(async () => {
      setTicked(done);
      await saveTick(done);
    });
  }

  async function saveTick(done: boolean) {
    try {
      await update.mutateAsync({ done });
      announce(`${done ? "Done" : "Open again"}: ${todo.title}`);
    } catch (error) {
      failed(`“${todo.title}” was not changed.`, asApiError(error), () => void saveTick(done));
    }
  }

  async function remove() {
    focusNeighbourOf(row.current);
    setMode({ is: "line" });
    try {
      await deletion.mutateAsync();
      announce(`Deleted: ${todo.title}`);
    } catch (error) {
      failed(`“${todo.title}” was not deleted.`, asApiError(error), () => void remove());
    }
  }

  function backToLine() {
    setMode({ is: "line" });
    // The title's button comes back with the next paint.
    requestAnimationFrame(() => title.current?.focus());
  }

  async function save(patch: TodoPatch, draft: Draft) {
    backToLine();
    if (Object.keys(patch).length === 0) return;
    try {
      await update.mutateAsync(patch);
      announce(`Saved: ${patch.title ?? todo.title}`);
    } catch (thrown) {
      const error = asApiError(thrown);
      // What was written is not lost: the editor opens again with it, and says what is wrong.
      setMode({ is: "editor", draft, error });
      if (error.failure !== "invalid") failed(`“${todo.title}” was not changed.`, error);
    }
  }

  const edit = () => setMode({ is: "editor", draft: draftOf(todo), error: null });

  return (
    <li ref={row} className={classes.row} data-done={ticked} data-pending={pending}>
      <Checkbox
        className={classes.check}
        radius="xl"
        size="md"
        aria-label={`Done: ${todo.title}`}
        checked={ticked}
        disabled={pending}
        onChange={(event) => tick(event.currentTarget.checked)}
      />
      {mode.is === "editor" && (
        <TodoEditor
          todo={todo}
          initial={mode.draft}
          error={mode.error}
          onSave={(patch, draft) => void save(patch, draft)}
          onCancel={backToLine}
        />
      )}
      {mode.is === "deleting" && (
        <DeleteQuestion todo={todo} onDelete={() => void remove()} onKeep={backToLine} />
      )}
      {mode.is === "line" && (
        <>
          <div className={classes.text}>
            <UnstyledButton
              ref={title}
              className={classes.title}
              disabled={pending}
              onClick={edit}
              aria-label={`Edit: ${todo.title}`}
            >
              {todo.title}
            </UnstyledButton>
            <Details todo={todo} />
          </div>
          <div className={classes.actions}>
            <ActionIcon
              className={classes.edit}
              variant="subtle"
              color="gray"
              size={36}
              disabled={pending}
              aria-label={`Change date or priority: ${todo.title}`}
              title="Edit"
              onClick={edit}
            >
              <EditIcon />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              disabled={pending}
              aria-label={`Delete: ${todo.title}`}
              title="Delete"
              onClick={() => setMode({ is: "deleting" })}
            >
              <DeleteIcon />
            </ActionIcon>
          </div>
        </>
      )}
    </li>
  );
}

function Details({ todo }: { todo: Todo }) {
  if (todo.due === null && todo.priority === null) return null;
  const due = todo.due === null ? null : describeDue(todo.due, new Date());
  return (
    <div className={classes.details}>
      {due && (
        <span className={classes.detail} data-late={due.late && !todo.done}>
          <CalendarIcon />
          {due.late && !todo.done ? `Late: ${due.text}` : due.text}
        </span>
      )}
      {todo.priority && (
        <span className={classes.detail} data-priority={todo.priority}>
          {PRIORITY_WORDS[todo.priority]}
        </span>
      )}
    </div>
  );
}

const PRIORITY_WORDS = { high: "High priority", medium: "Medium priority", low: "Low priority" };

function DeleteQuestion(props: { todo: Todo; onDelete: () => void; onKeep: () => void }) {
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Escape") props.onKeep();
  }
  return (
    <div className={classes.question} role="group" aria-label={`Delete: ${props.todo.title}`}>
      <span className={classes.questionText}>Delete “{props.todo.title}”?</span>
      <span className={classes.answers} onKeyDown={onKeyDown}>
        <Button size="xs" color="red.9" autoFocus onClick={props.onDelete}>
          Delete
        </Button>
        <Button size="xs" variant="default" onClick={props.onKeep}>
          Keep
        </Button>
      </span>
    </div>
  );
}
