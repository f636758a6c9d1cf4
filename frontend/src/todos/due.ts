// Due dates in words. A day is `YYYY-MM-DD` in the reader's own calendar.

export interface DueText {
  text: string;
  late: boolean;
}

/** The day on which something is due, or "" for a form field that is empty. */
export function dueDay(due: string | null): string {
  if (due === null) return "";
  return isDay(due) ? due : localDay(new Date(due));
}

/** `now` decides what is today, and what is late: a day is late when it is over. */
export function describeDue(due: string, now: Date, language?: string): DueText {
  const day = dueDay(due);
  const today = localDay(now);
  const late = isDay(due) ? day < today : new Date(due) < now;
  const days = daysBetween(today, day);
  const date = atNoon(day);
  let text: string;
  if (days >= -1 && days <= 1) {
    text = capitalise(
      new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day"),
    );
  } else if (days > 1 && days < 7) {
    text = date.toLocaleDateString(language, { weekday: "long" });
  } else {
    const sameYear = day.slice(0, 4) === today.slice(0, 4);
    text = date.toLocaleDateString(language, {
      day: "numeric",
      month: "short",
      ...(sameYear ? {} : { year: "numeric" }),
    });
  }
  if (!isDay(due)) {
    const time = new Date(due).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
    text = `${text}, ${time}`;
  }
  return { text, late };
}

export function localDay(date: Date): string {
  const year = String(date.getFullYear()).padStart(4, "0");
  const month = String(date.getMonth() + 1).padStart(2, "0");
  return `${year}-${month}-${String(date.getDate()).padStart(2, "0")}`;
}

function isDay(due: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(due);
}

/** Noon exists on every day, also where clocks are turned at midnight. */
function atNoon(day: string): Date {
  return new Date(`${day}T12:00:00`);
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
