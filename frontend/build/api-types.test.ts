// The build fails when the types are not those of the document.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";

// Each check is a process that compiles.
vi.setConfig({ testTimeout: 60_000 });

const script = fileURLToPath(new URL("api-types.js", import.meta.url));
const document = readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8");
const folder = mkdtempSync(join(tmpdir(), "rondo-api-types-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Checks the types that are there against a document. */
function check(text: string) {
  const path = join(folder, "openapi.json");
  writeFileSync(path, text);
  const { status, stderr } = spawnSync(process.execPath, [script, "--check", path], {
    encoding: "utf8",
  });
  return { status, stderr };
}

test("the types are those of the document", () => {
  expect(check(document)).toEqual({ status: 0, stderr: "" });
});

test.each([
  ["a member", '"time_zone"', '"timezone"'],
  ["a path", '"/api/v2/users/me"', '"/api/v2/users/self"'],
  ["a value", '"monday"', '"tuesday"'],
])("another name of %s fails, and the sentence says what to run", (_what, before, after) => {
  const changed = document.replaceAll(before, after);
  expect(changed).not.toBe(document);
  const { status, stderr } = check(changed);
  expect(status).toBe(1);
  expect(stderr).toContain("run `make frontend`");
});

test("a document that is none is told from one that has changed", () => {
  const { status, stderr } = check("{");
  expect(status).toBe(1);
  expect(stderr).toContain("gives no types");
});
