// Working with the list: filters, the row editor, pages, and what happens when the service fails.
import assert from "node:assert/strict";
import {
    add,
    addThroughApi,
    checkbox,
    list,
    newAccount,
    row,
    seeTitles,
    seeTodos,
    signIn,
    titlesThroughApi,
} from "./support/person.mjs";
import { scenario } from "./support/scenario.mjs";

const NO_ANSWER = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/;
const REFUSED_TODO = /status of 422 .*\/api\/v2\/todos/;

scenario("the filters and the search show what they say", {}, async ({ service, page }) => {
    const account = await newAccount(service);
    await addThroughApi(service, account, "Apples", "Bread", "Apple pie");
    await signIn(page, account);
    await seeTitles(page, "Apples", "Bread", "Apple pie");
    await checkbox(page, "Bread").check();

    await page.getByText("Open", { exact: true }).click();
    await seeTitles(page, "Apples", "Apple pie");
    // Not check(): the row leaves with the click.
    await checkbox(page, "Apples").click();
    await seeTitles(page, "Apple pie");
    await page.getByText("Done", { exact: true }).click();
    await seeTitles(page, "Apples", "Bread");
    await page.reload();
    await seeTitles(page, "Apples", "Bread");
    await page.getByText("All", { exact: true }).click();
    await seeTitles(page, "Apples", "Bread", "Apple pie");

    await page.getByLabel("Search", { exact: true }).fill("apple");
    await seeTitles(page, "Apples", "Apple pie");
    await page.getByLabel("Search", { exact: true }).fill("no such thing");
    await page.getByText("Nothing found").waitFor();
    await add(page, "Cherries");
    await seeTitles(page, "Apples", "Bread", "Apple pie", "Cherries");
    await page.getByLabel("Search", { exact: true }).fill("cherr");
    await seeTitles(page, "Cherries");
    await page.getByRole("button", { name: "Clear the search" }).click();
    await seeTitles(page, "Apples", "Bread", "Apple pie", "Cherries");
});

scenario(
    "what is added before the list has come is in it when it comes",
    {},
    async ({ service, context, page }) => {
        const account = await newAccount(service);
        await addThroughApi(service, account, "Was there");
        // The first list is made before the new to-do, and arrives after it.
        let held;
        const arrived = new Promise((resolve) => {
            context.route("**/api/v2/todos?*", async (route) => {
                if (held) return route.continue();
                held = route.fetch();
                const response = await held;
                await created;
                // The app may have given it up by now.
                await route.fulfill({ response }).catch(() => {});
                resolve();
            });
        });
        const created = page
            .waitForResponse(
                (response) =>
                    response.request().method() === "POST" &&
                    response.url().endsWith("/api/v2/todos"),
            )
            .then((response) => response.finished());
        await signIn(page, account);
        await page.getByLabel("New to-do").fill("Just added");
        await page.getByRole("button", { name: "Add" }).click();
        await arrived;
        await seeTitles(page, "Was there", "Just added");
    },
);

scenario(
    "the row's editor sets and clears a date and a priority",
    {},
    async ({ service, page }) => {
        const account = await newAccount(service);
        await addThroughApi(service, account, "Pay the rent");
        await signIn(page, account);
        const line = row(page, "Pay the rent");
        const edit = line.getByRole("button", { name: "Change date or priority: Pay the rent" });

        await edit.click();
        await page.getByLabel("Due date").fill("2001-02-03");
        await page.getByLabel("Priority").selectOption("high");
        await page.getByRole("button", { name: "Save" }).click();
        await line.getByText("Late: 3 Feb 2001").waitFor();
        await line.getByText("High priority").waitFor();

        await page.reload();
        await line.getByText("Late: 3 Feb 2001").waitFor();
        await edit.click();
        assert.equal(await page.getByLabel("Due date").inputValue(), "2001-02-03");
        await page.getByLabel("Due date").fill("");
        await page.getByLabel("Priority").selectOption("");
        await page.getByRole("button", { name: "Save" }).click();
        await line.getByText("High priority").waitFor({ state: "detached" });
        await page.reload();
        await seeTitles(page, "Pay the rent");
        assert.equal(await line.getByText("2001").count(), 0);
    },
);

scenario("a long list comes in pages, each to-do once", {}, async ({ service, page }) => {
    const account = await newAccount(service);
    const titles = Array.from({ length: 60 }, (_, index) => `Number ${index + 1}`);
    await addThroughApi(service, account, ...titles);
    await signIn(page, account);
    await seeTitles(page, ...titles.slice(0, 50));
    await page.getByRole("button", { name: "Load more" }).click();
    await seeTitles(page, ...titles);
    assert.equal(await page.getByRole("button", { name: "Load more" }).count(), 0);
});

scenario(
    "a title that the service refuses comes back into the field, with the reason",
    { allowed: [REFUSED_TODO] },
    async ({ service, page }) => {
        await signIn(page, await newAccount(service));
        await seeTodos(page);
        const field = page.getByLabel("New to-do");
        await field.fill("x".repeat(501));
        await page.getByRole("button", { name: "Add" }).click();
        await field.and(page.locator("[aria-invalid=true]")).waitFor();
        assert.equal(await field.inputValue(), "x".repeat(501));
        assert.equal(await list(page).getByRole("listitem").count(), 0);

        await add(page, "Short enough");
        await page.getByRole("button", { name: "Edit: Short enough" }).click();
        await page.getByLabel("Title").fill("y".repeat(501));
        await page.getByRole("button", { name: "Save" }).click();
        const title = page.getByLabel("Title").and(page.locator("[aria-invalid=true]"));
        await title.waitFor();
        assert.equal(await title.inputValue(), "y".repeat(501));
        await page.getByRole("button", { name: "Cancel" }).click();
        await page.getByRole("button", { name: "Edit: Short enough" }).waitFor();
    },
);

scenario(
    "while the service is gone changes are taken back and said; afterwards they can be tried again",
    { allowed: [NO_ANSWER] },
    async ({ service, page }) => {
        const account = await newAccount(service);
        await addThroughApi(service, account, "Still there");
        await signIn(page, account);
        await seeTitles(page, "Still there");

        await service.kill();
        await checkbox(page, "Still there").click();
        const notice = page
            .getByRole("alert")
            .filter({ hasText: "“Still there” was not changed." });
        await notice.waitFor();
        assert.equal(await checkbox(page, "Still there").isChecked(), false);
        await page.getByRole("alert").filter({ hasText: "This may not be up to date" }).waitFor();

        await page.getByLabel("New to-do").fill("Not lost");
        await page.getByRole("button", { name: "Add" }).click();
        await page.getByRole("alert").filter({ hasText: "“Not lost” was not added." }).waitFor();
        assert.equal(await page.getByLabel("New to-do").inputValue(), "Not lost");

        await service.run();
        await notice.getByRole("button", { name: "Try again" }).click();
        await checkbox(page, "Still there").and(page.locator(":checked")).waitFor();
        await page.getByRole("button", { name: "Add" }).click();
        await seeTitles(page, "Still there", "Not lost");
        assert.deepEqual(await titlesThroughApi(service, account), ["Still there", "Not lost"]);
    },
);

scenario(
    "a visit while the service cannot answer offers to try again, and does not sign out",
    {},
    async ({ service, context, page }) => {
        const account = await newAccount(service);
        await addThroughApi(service, account, "Still there");
        await signIn(page, account);
        await seeTitles(page, "Still there");

        // The page itself has been loaded; the calls behind it are answered as by a proxy in trouble.
        const calls = "**/api/v2/**";
        await context.route(calls, (route) =>
            route.fulfill({ status: 200, contentType: "text/html", body: "<h1>Back soon</h1>" }),
        );
        await page.reload();
        await page.getByRole("alert").filter({ hasText: "not available at the moment" }).waitFor();
        await context.unroute(calls);
        await page.getByRole("button", { name: "Try again" }).click();
        await seeTitles(page, "Still there");
    },
);

scenario(
    "being told to slow down is passed on with the time to wait",
    { allowed: [/status of 429/] },
    async ({ service, context, page }) => {
        const account = await newAccount(service);
        await signIn(page, account);
        await seeTodos(page);
        await context.route("**/api/v2/todos", (route) =>
            route.fulfill({
                status: 429,
                headers: { "Retry-After": "30" },
                contentType: "application/problem+json",
                body: JSON.stringify({ title: "Too many requests", status: 429 }),
            }),
        );
        await page.getByLabel("New to-do").fill("Too much");
        await page.getByRole("button", { name: "Add" }).click();
        await page.getByRole("alert").filter({ hasText: "Try again in 30 seconds" }).waitFor();
        assert.deepEqual(await titlesThroughApi(service, account), []);
    },
);
