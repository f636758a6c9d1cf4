// Where the keyboard's focus goes when the row it is in goes away.

export const NEW_TODO_ID = "new-todo";

/** To the row after this one, or before it, or to the field for a new to-do. */
export function focusNeighbourOf(row: HTMLElement | null): void {
  if (!row?.contains(document.activeElement)) return;
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  const target =
    neighbour?.querySelector<HTMLElement>("input[type=checkbox]:enabled") ??
    document.getElementById(NEW_TODO_ID);
  target?.focus();
}
