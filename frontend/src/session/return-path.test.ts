// Addresses to return to, as a stranger may write them.
import { expect, test } from "vitest";
import { returnPath, withReturn } from "./return-path.ts";

const ORIGIN = "https://todo.example.org";

test("a place survives the way through the sign-in page", () => {
  for (const place of ["/device?user_code=BCDF-GHJK", "/device", "/a?b=c&d=%2F"]) {
    const page = withReturn("/signin", place);
    expect(returnPath(page.slice("/signin".length), ORIGIN)).toBe(place);
  }
  expect(withReturn("/signin", "/")).toBe("/signin");
  expect(returnPath("", ORIGIN)).toBe("/");
});

test("nobody is sent to another site", () => {
  for (const next of [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "@evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\r\n/evil.example",
    "evil",
    "",
  ]) {
    expect(returnPath(`?next=${encodeURIComponent(next)}`, ORIGIN), next).toBe("/");
  }
});
