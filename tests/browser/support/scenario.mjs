// A test that gets a service and a browser context of its own, and fails at any complaint.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, listen } from "./browser.mjs";
import { Service } from "./service.mjs";

const TIMEOUT_MS = 60_000;
const WAIT_MS = 10_000;

/** The first visit asks whether there is a session; the browser logs every 401 as an error. */
const NO_SESSION_YET = /status of 401 .*\/api\/v2\/sessions\/refresh$/;

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/**
 * `allowed`: patterns of complaints that the scenario itself provokes. `context`: options of the
 * browser context. `prepare`: as for `Service.start`. The work gets `{ service, context, page }`, the page still blank.
 */
export function scenario(name, { allowed = [], context: options = {}, prepare }, work) {
    test(name, { timeout: TIMEOUT_MS }, async () => {
        const service = await Service.start(prepare);
        let context;
        try {
            context = await browser.newContext({
                baseURL: service.url,
                locale: "en-GB",
                ...options,
            });
            context.setDefaultTimeout(WAIT_MS);
            const complaints = await listen(context, [NO_SESSION_YET, ...allowed]);
            await work({ service, context, page: await context.newPage() });
            assert.deepEqual(complaints, []);
        } finally {
            await context?.close();
            await service.stop();
        }
    });
}
