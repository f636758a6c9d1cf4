// Due dates in words, on both sides of today and of a change of clocks.
import { expect, test } from "vitest";
import { describeDue, dueDay, localDay } from "./due.ts";

const now = new Date(2026, 10, 22, 9, 30); // a Sunday
const text = (due: string) => describeDue(due, now, "en-GB").text;

test("near days have names, far ones a date", () => {
  expect(text("2026-11-21")).toBe("Yesterday");
  expect(text("2026-11-22")).toBe("Today");
  expect(text("2026-11-23")).toBe("Tomorrow");
  expect(text("2026-11-28")).toBe("Saturday");
  expect(text("2026-11-29")).toBe("29 Nov");
  expect(text("2026-11-20")).toBe("20 Nov");
  expect(text("2027-01-05")).toBe("5 Jan 2027");
});

test("a day is late when it is over, a time when it has passed", () => {
  const late = (due: string) => describeDue(due, now, "en-GB").late;
  expect(late("2026-11-21")).toBe(true);
  expect(late("2026-11-22")).toBe(false);
  expect(late(new Date(2026, 10, 22, 9, 29).toISOString())).toBe(true);
  expect(late(new Date(2026, 10, 22, 9, 31).toISOString())).toBe(false);
});

test("a due time is said with its day", () => {
  expect(text(new Date(2026, 10, 22, 18, 5).toISOString())).toBe("Today, 18:05");
});

test("days are counted right where a day has 23 or 25 hours", () => {
  const before = new Date(2026, 2, 28, 23, 30);
  expect(describeDue("2026-03-29", before, "en-GB").text).toBe("Tomorrow");
  const autumn = new Date(2026, 9, 24, 23, 30);
  expect(describeDue("2026-10-25", autumn, "en-GB").text).toBe("Tomorrow");
});

test("the form's day is the reader's own, and empty for none", () => {
  expect(dueDay(null)).toBe("");
  expect(dueDay("2026-11-22")).toBe("2026-11-22");
  expect(dueDay(now.toISOString())).toBe(localDay(now));
  expect(localDay(new Date(2026, 0, 5))).toBe("2026-01-05");
});
