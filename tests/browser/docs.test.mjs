// The page at /docs: it shows the whole API and can call it, under the policy that all pages have.
import assert from "node:assert/strict";
import { newAccount } from "./support/person.mjs";
import { scenario } from "./support/scenario.mjs";

const SCREENS = [
    ["a phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
    ["a desktop", { viewport: { width: 1200, height: 900 } }],
];

for (const [what, context] of SCREENS) {
    scenario(
        `all operations are shown on ${what}, from this host alone`,
        { context },
        async ({ service, page }) => {
            await page.goto("/signin");
            const link = page.getByRole("link", { name: "API documentation" });
            await link.waitFor();
            const traffic = watch(page);
            await link.click();
            await seeDocs(page);
            assert.deepEqual(await shownOperations(page), await operations(service));
            // Unfolded, too, they fit: one with many parameters, one with a body.
            for (const operation of ["get-/api/v2/todos", "patch-/api/v2/todos/{id}"]) {
                await block(page, operation).locator(".opblock-summary-control").click();
                await block(page, operation).getByRole("heading", { name: "Responses" }).waitFor();
            }
            assert.equal(await page.title(), "Rondo API");
            const { scrolled, shown } = await page.evaluate(() => ({
                scrolled: document.documentElement.scrollWidth,
                shown: document.documentElement.clientWidth,
            }));
            assert.equal(shown, context.viewport.width);
            assert.ok(scrolled <= shown, `${scrolled} pixels wide on a screen of ${shown}`);
            assertOwn(traffic, service);
        },
    );
}

scenario(
    "a call that needs a token is refused, and made once the token is typed in",
    { allowed: [/status of 401 .*\/api\/v2\/users\/me$/] },
    async ({ service, page }) => {
        const { email, token } = await newAccount(service);
        const traffic = watch(page);
        await page.goto("/docs");
        await seeDocs(page);
        const me = block(page, "get-/api/v2/users/me");
        await me.locator(".opblock-summary-control").click();
        await me.getByRole("button", { name: "Try it out" }).click();

        assert.equal((await execute(page, me)).status(), 401);

        await page.getByRole("button", { name: "Authorize" }).first().click();
        const dialog = page.locator(".modal-ux");
        await dialog.getByRole("textbox").fill(token);
        await dialog.getByRole("button", { name: /^Apply/ }).click();
        await dialog.getByRole("button", { name: "Close" }).last().click();

        const answer = await execute(page, me);
        assert.equal(answer.status(), 200);
        assert.equal((await answer.json()).email, email);
        // The page shows it, too.
        await me.locator(".live-responses-table").getByText(email).waitFor();
        assertOwn(traffic, service, ["401 /api/v2/users/me"]);
    },
);

/** Resolves when the page has the document. */
async function seeDocs(page) {
    await page.getByRole("heading", { name: "Rondo" }).waitFor();
    await page.locator(".opblock").first().waitFor();
}

/** What is asked for and what goes wrong with it: `{ urls, failures }`. */
function watch(page) {
    const traffic = { urls: [], failures: [] };
    page.on("request", (request) => traffic.urls.push(request.url()));
    page.on("requestfailed", (request) => traffic.failures.push(`failed ${request.url()}`));
    page.on("response", (response) => {
        if (response.status() < 400) return;
        traffic.failures.push(`${response.status()} ${new URL(response.url()).pathname}`);
    });
    return traffic;
}

function assertOwn({ urls, failures }, service, expected = []) {
    assert.ok(urls.includes(`${service.url}/api/openapi.json`), urls.join(" "));
    // The viewer's icons are `data:` pictures in its style sheet.
    const foreign = urls.filter(
        (url) => !url.startsWith(`${service.url}/`) && !url.startsWith("data:image/"),
    );
    assert.deepEqual(foreign, []);
    assert.deepEqual(failures, expected);
}

/** The operations of the document, as `method-path`, in order. */
async function operations(service) {
    const { paths } = await service.call("GET", "/api/openapi.json");
    return Object.entries(paths)
        .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method}-${path}`))
        .sort();
}

/** The operations that can be seen on the page, in order. */
async function shownOperations(page) {
    const shown = await page.locator(".opblock:visible").evaluateAll((blocks) =>
        blocks.map((block) => {
            const method = block.querySelector(".opblock-summary-method").textContent;
            const { path } = block.querySelector("[data-path]").dataset;
            return `${method.toLowerCase()}-${path}`;
        }),
    );
    return shown.sort();
}

function block(page, operation) {
    const [, method, path] = /^(\w+)-(.*)$/.exec(operation);
    return page
        .locator(`.opblock-${method}`)
        .filter({ has: page.locator(`[data-path="${path}"]`) });
}

/** Sends the call of an operation that is being tried out, and resolves with its answer. */
async function execute(page, operation) {
    const answer = page.waitForResponse(
        (response) => response.request().resourceType() === "fetch",
    );
    await operation.getByRole("button", { name: "Execute" }).click();
    return answer;
}
