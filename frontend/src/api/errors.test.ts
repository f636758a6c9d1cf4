// What failures become on the way from a response to words for a person.
import { describe, expect, test } from "vitest";
import { ApiError, duration, explain, parseRetryAfter } from "./errors.ts";

function problem(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}

describe("an error response", () => {
  test("gives each field its message, whatever form the pointer has", async () => {
    const error = await ApiError.from(
      problem(422, {
        detail: "The body does not fit its schema.",
        errors: [
          { pointer: "/title", keyword: "maxLength", detail: "must be shorter" },
          { pointer: "#/due", keyword: "format", detail: "must be a day" },
          { pointer: "/tags/3", keyword: "maxLength", detail: "Too long." },
          { pointer: "/title", keyword: "pattern", detail: "must be one line" },
          { pointer: "", keyword: "minProperties", detail: "must not be empty" },
        ],
      }),
    );
    expect(error.failure).toBe("invalid");
    expect(error.fields).toEqual({
      title: "Must be shorter. Must be one line.",
      due: "Must be a day.",
      tags: "Too long.",
      "": "Must not be empty.",
    });
  });

  test("of a proxy in HTML is known by its status alone", async () => {
    const error = await ApiError.from(
      new Response("<h1>Bad gateway</h1>", {
        status: 502,
        headers: { "Content-Type": "text/html" },
      }),
    );
    expect(error.failure).toBe("unavailable");
    expect(error.temporary).toBe(true);
    expect(explain(error)).toBe("The service is not available at the moment.");
  });

  test("that is not the JSON it says it is does no harm", async () => {
    const broken = new Response("{", {
      status: 500,
      headers: { "Content-Type": "application/json" },
    });
    expect((await ApiError.from(broken)).failure).toBe("internal");
    expect((await ApiError.from(problem(400, null))).failure).toBe("invalid");
  });

  test("with Retry-After says how long to wait", async () => {
    const error = await ApiError.from(problem(429, {}, { "Retry-After": "30" }));
    expect(explain(error)).toBe("Too many requests. Try again in 30 seconds.");
  });

  test("of the service's own making names the request's number in the log", async () => {
    const error = await ApiError.from(problem(500, { title: "Internal", request_id: "abc" }));
    expect(explain(error)).toContain("abc");
  });
});

test("Retry-After is seconds or a date, and rubbish is nothing", () => {
  const now = Date.parse("2026-11-22T09:30:00Z");
  expect(parseRetryAfter("120", now)).toBe(120);
  expect(parseRetryAfter("Sun, 22 Nov 2026 09:30:10 GMT", now)).toBe(10);
  expect(parseRetryAfter("Sun, 22 Nov 2026 09:29:00 GMT", now)).toBe(0);
  expect(parseRetryAfter("soon", now)).toBeNull();
  expect(parseRetryAfter(null, now)).toBeNull();
});

test("a duration is said in the unit that people use", () => {
  expect(duration(0)).toBe("a second");
  expect(duration(45)).toBe("45 seconds");
  expect(duration(90)).toBe("2 minutes");
  expect(duration(600)).toBe("10 minutes");
});
