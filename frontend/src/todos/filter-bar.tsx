// Chooses which to-dos are shown.
import { CloseButton, SegmentedControl, TextInput } from "@mantine/core";
import type { TodoFilter } from "../api/todos.ts";
import { SearchIcon } from "../ui/icons.tsx";
import classes from "./filter-bar.module.css";

const CHOICES: { value: TodoFilter["show"]; label: string }[] = [
  { value: "all", label: "All" },
  { value: "open", label: "Open" },
  { value: "done", label: "Done" },
];

export function FilterBar(props: {
  show: TodoFilter["show"];
  onShowChange: (show: TodoFilter["show"]) => void;
  text: string;
  onTextChange: (text: string) => void;
}) {
  return (
    <div className={classes.bar} role="search">
      <SegmentedControl
        className={classes.show}
        aria-label="Which to-dos to show"
        value={props.show}
        data={CHOICES}
        onChange={(value) => props.onShowChange(value)}
      />
      <TextInput
        className={classes.text}
        aria-label="Search"
        placeholder="Search"
        type="search"
        autoComplete="off"
        leftSection={<SearchIcon />}
        rightSectionPointerEvents="all"
        rightSection={
          props.text !== "" && (
            <CloseButton aria-label="Clear the search" onClick={() => props.onTextChange("")} />
          )
        }
        value={props.text}
        onChange={(event) => props.onTextChange(event.currentTarget.value)}
      />
    </div>
  );
}
