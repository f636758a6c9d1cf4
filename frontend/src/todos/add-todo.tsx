// The field in which a new to-do is written down.
import { Button, TextInput } from "@mantine/core";
import { useRef, useState, type SubmitEvent } from "react";
import { asApiError } from "../api/errors.ts";
import { PlusIcon } from "../ui/icons.tsx";
import { useNotices } from "../ui/notices.tsx";
import classes from "./add-todo.module.css";
import { NEW_TODO_ID } from "./focus.ts";
import { useCreateTodo } from "./queries.ts";

export function AddTodo({ onAdd }: { onAdd: () => void }) {
  const [title, setTitle] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const create = useCreateTodo();
  const { announce, failed } = useNotices();

  async function add(text: string) {
    onAdd();
    try {
      await create.mutateAsync(text);
      announce(`Added: ${text}`);
    } catch (thrown) {
      const error = asApiError(thrown);
      const what = `“${text}” was not added.`;
      // What was typed comes back, unless the next one is already being typed.
      if (input.current?.value) {
        failed(what, error, () => void add(text));
        return;
      }
      setTitle(text);
      if (error.failure === "invalid") {
        const reason = error.fields.title ?? error.message;
        setProblem(reason);
        announce(reason);
      } else failed(what, error);
    }
  }

  function onSubmit(event: SubmitEvent) {
    event.preventDefault();
    const text = title.trim();
    if (text === "") {
      setProblem("Write what there is to do.");
      input.current?.focus();
      return;
    }
    setProblem(null);
    setTitle("");
    void add(text);
  }

  return (
    <form className={classes.form} onSubmit={onSubmit} noValidate>
      <TextInput
        id={NEW_TODO_ID}
        ref={input}
        className={classes.field}
        aria-label="New to-do"
        placeholder="What is there to do?"
        autoComplete="off"
        enterKeyHint="done"
        size="lg"
        value={title}
        error={problem}
        onChange={(event) => {
          setTitle(event.currentTarget.value);
          setProblem(null);
        }}
      />
      <Button type="submit" size="lg" className={classes.button} aria-label="Add">
        <PlusIcon />
        <span className={classes.word}>Add</span>
      </Button>
    </form>
  );
}
