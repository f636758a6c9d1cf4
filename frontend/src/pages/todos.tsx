// The page of one's to-dos.
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useSearchParams } from "wouter";
import type { TodoFilter } from "../api/todos.ts";
import { AddTodo } from "../todos/add-todo.tsx";
import { FilterBar } from "../todos/filter-bar.tsx";
import { TodoList } from "../todos/todo-list.tsx";
import { Footer } from "../ui/footer.tsx";
import { Header } from "../ui/header.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import classes from "./todos.module.css";

export function TodosPage() {
  const [params, setParams] = useSearchParams();
  const show = showOf(params.get("show"));
  const [text, setText] = useState("");
  const [searchedText] = useDebouncedValue(text.trim(), 250);

  function onShowChange(next: TodoFilter["show"]) {
    setParams(next === "all" ? {} : { show: next });
  }

  /** A new to-do is open, and need not have the words that are searched for. */
  function showNewOnes() {
    setText("");
    if (show === "done") onShowChange("all");
  }

  return (
    <div className={classes.page}>
      <Header />
      <main className={classes.main}>
        <p className={classes.date}>{today()}</p>
        <PageTitle document="To-dos" className={classes.title}>
          To-dos
        </PageTitle>
        <AddTodo onAdd={showNewOnes} />
        <FilterBar show={show} onShowChange={onShowChange} text={text} onTextChange={setText} />
        <TodoList filter={{ show, text: searchedText }} />
      </main>
      <Footer />
    </div>
  );
}

function showOf(value: string | null): TodoFilter["show"] {
  return value === "open" || value === "done" ? value : "all";
}

function today(): string {
  return new Date().toLocaleDateString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
  });
}
