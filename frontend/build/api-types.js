// Writes src/api/schema.d.ts from docs/openapi.json, or with --check fails if it is not what that gives.
//
//     node build/api-types.js [--check] [document]     another document than docs/openapi.json
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { URL, fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import openapiTS, { astToString } from "openapi-typescript";

const TYPES = new URL("../src/api/schema.d.ts", import.meta.url);
const HEADER = `/**
 * The shapes of the service's API. Generated from docs/openapi.json by \`make frontend\`: not to be
 * changed by hand.
 */
`;

const { values, positionals } = parseArgs({
  options: { check: { type: "boolean", default: false } },
  allowPositionals: true,
});
const document = positionals[0]
  ? pathToFileURL(positionals[0])
  : new URL("../../docs/openapi.json", import.meta.url);

try {
  const types = await generate();
  if (!values.check) await writeFile(TYPES, types);
  else if ((await present()) !== types) {
    fail(
      `frontend/src/api/schema.d.ts is not what ${fileURLToPath(document)} gives: run \`make frontend\``,
    );
  }
} catch (error) {
  fail(`${fileURLToPath(document)} gives no types: ${error.message}`);
}

/** Each schema of the document is a type of its own name, too. */
async function generate() {
  const source = JSON.parse(await readFile(document, "utf8"));
  const options = { rootTypes: true, rootTypesNoSchemaPrefix: true };
  return HEADER + astToString(await openapiTS(source, options));
}

/** The types as they are, "" if there are none. */
async function present() {
  try {
    return await readFile(TYPES, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}

function fail(text) {
  process.stderr.write(`api-types: ${text}\n`);
  process.exitCode = 1;
}
