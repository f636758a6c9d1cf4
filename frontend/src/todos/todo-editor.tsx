// The small form in a row that changes a to-do's title, date and priority.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useState, type SubmitEvent, type KeyboardEvent } from "react";
import type { ApiError } from "../api/errors.ts";
import type { Priority, Todo } from "../api/schema.d.ts";
import type { TodoPatch } from "../api/todos.ts";
import { FormProblem } from "../ui/problem.tsx";
import { dueDay } from "./due.ts";
import classes from "./todo-editor.module.css";

/** What stands in the fields. */
export interface Draft {
  title: string;
  due: string;
  priority: NonNullable<Priority> | "";
}

export function draftOf(todo: Todo): Draft {
  return { title: todo.title, due: dueDay(todo.due), priority: todo.priority ?? "" };
}

/** Only what differs, so that nothing is overwritten that was changed elsewhere meanwhile. */
export function patchOf(todo: Todo, draft: Draft): TodoPatch {
  const before = draftOf(todo);
  const title = draft.title.trim();
  return {
    ...(title !== before.title && { title }),
    ...(draft.due !== before.due && { due: draft.due || null }),
    ...(draft.priority !== before.priority && { priority: draft.priority || null }),
  };
}

const PRIORITIES = [
  { value: "", label: "None" },
  { value: "low", label: "Low" },
  { value: "medium", label: "Medium" },
  { value: "high", label: "High" },
];

export function TodoEditor(props: {
  todo: Todo;
  initial: Draft;
  error: ApiError | null;
  onSave: (patch: TodoPatch, draft: Draft) => void;
  onCancel: () => void;
}) {
  const [draft, setDraft] = useState(props.initial);
  const fields = props.error?.fields;

  function onSubmit(event: SubmitEvent) {
    event.preventDefault();
    props.onSave(patchOf(props.todo, draft), draft);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Escape") props.onCancel();
  }

  return (
    <form
      className={classes.editor}
      onSubmit={onSubmit}
      onKeyDown={onKeyDown}
      aria-label={`Edit: ${props.todo.title}`}
    >
      <FormProblem
        title="This was not saved"
        error={props.error}
        fields={["title", "due", "priority"]}
      />
      <TextInput
        label="Title"
        required
        withAsterisk={false}
        autoFocus
        autoComplete="off"
        value={draft.title}
        error={fields?.title}
        onChange={(event) => setDraft({ ...draft, title: event.currentTarget.value })}
      />
      <div className={classes.pair}>
        <TextInput
          label="Due date"
          type="date"
          max="9999-12-31"
          value={draft.due}
          error={fields?.due}
          onChange={(event) => setDraft({ ...draft, due: event.currentTarget.value })}
        />
        <NativeSelect
          label="Priority"
          data={PRIORITIES}
          value={draft.priority}
          error={fields?.priority}
          onChange={(event) =>
            setDraft({ ...draft, priority: event.currentTarget.value as Draft["priority"] })
          }
        />
      </div>
      <div className={classes.buttons}>
        <Button type="submit" size="sm">
          Save
        </Button>
        <Button size="sm" variant="default" onClick={props.onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
