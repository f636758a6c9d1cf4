// Coming and going: register, sign in, stay signed in, sign out.
import assert from "node:assert/strict";
import { PLAIN_HTTP_HOST } from "./support/browser.mjs";
import {
    add,
    addThroughApi,
    checkbox,
    newAccount,
    PASSWORD,
    row,
    seeTitles,
    seeTodos,
    signIn,
} from "./support/person.mjs";
import { scenario } from "./support/scenario.mjs";

const REFUSED_SIGN_IN = /status of 401 .*\/api\/v2\/sessions$/;
const REFUSED_BODY = /status of 4(09|22) .*\/api\/v2\/users$/;

scenario(
    "a new person registers, keeps a list across reloads, and signs out",
    {},
    async ({ page }) => {
        await page.goto("/");
        await page.waitForURL("**/signin");
        assert.equal(await page.title(), "Sign in · Rondo");
        await page.getByRole("link", { name: "Create an account" }).click();
        await page.getByLabel("Name").fill("New person");
        await page.getByLabel("E-mail address").fill("new@example.com");
        await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
        await page.getByRole("button", { name: "Create account" }).click();
        await seeTodos(page);
        assert.equal(new URL(page.url()).pathname, "/");
        assert.equal(await page.title(), "To-dos · Rondo");
        await page.getByText("New person").waitFor();
        await page.getByText("Nothing to do yet").waitFor();

        await add(page, "Buy milk");
        await add(page, "Water the plants");
        await checkbox(page, "Buy milk").check();
        await page
            .getByRole("status")
            .filter({ hasText: "Done: Buy milk" })
            .waitFor({ state: "attached" });

        await page.reload();
        await seeTitles(page, "Buy milk", "Water the plants");
        assert.equal(await checkbox(page, "Buy milk").isChecked(), true);
        assert.equal(await checkbox(page, "Water the plants").isChecked(), false);

        await page.getByRole("button", { name: "Edit: Buy milk" }).click();
        await page.getByLabel("Title").fill("Buy oat milk");
        await page.getByRole("button", { name: "Save" }).click();
        await seeTitles(page, "Buy oat milk", "Water the plants");

        await row(page, "Water the plants")
            .getByRole("button", { name: "Delete: Water the plants" })
            .click();
        await page.getByRole("button", { name: "Delete", exact: true }).click();
        await seeTitles(page, "Buy oat milk");
        await page.reload();
        await seeTitles(page, "Buy oat milk");

        await page.getByRole("button", { name: "Sign out" }).click();
        await page.waitForURL("**/signin");
        assert.equal(await page.getByText("Your session has ended").count(), 0);
        await page.goto("/");
        await page.waitForURL("**/signin");
    },
);

scenario(
    "a wrong password is said so, and the right one then works",
    { allowed: [REFUSED_SIGN_IN] },
    async ({ service, page }) => {
        const account = await newAccount(service);
        await signIn(page, { ...account, password: "not this one" });
        await page.getByRole("alert").filter({ hasText: "password is wrong" }).waitFor();
        assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "");
        assert.equal(await page.getByLabel("E-mail address").inputValue(), account.email);
        await page.getByLabel("Password", { exact: true }).fill(account.password);
        await page.getByRole("button", { name: "Sign in" }).click();
        await seeTodos(page);
    },
);

scenario(
    "what is wrong with a registration stands at its field",
    { allowed: [REFUSED_BODY] },
    async ({ service, page }) => {
        const account = await newAccount(service);
        await page.goto("/register");
        const email = page.getByLabel("E-mail address");
        const password = page.getByLabel("Password", { exact: true });
        const submit = page.getByRole("button", { name: "Create account" });

        await email.fill("new@example.com");
        await password.fill("short");
        await submit.click();
        await password.and(page.locator("[aria-invalid=true]")).waitFor();
        assert.equal(await email.getAttribute("aria-invalid"), null);

        await email.fill(account.email);
        await password.fill(PASSWORD);
        await submit.click();
        await email.and(page.locator("[aria-invalid=true]")).waitFor();
        await page.getByText("There is an account with this e-mail address.").waitFor();
    },
);

scenario("two tabs that refresh at once stay signed in", {}, async ({ service, context, page }) => {
    const account = await newAccount(service);
    await addThroughApi(service, account, "Shared by both");
    await signIn(page, account);
    await seeTodos(page);
    const other = await context.newPage();
    await other.goto("/");
    await seeTitles(other, "Shared by both");
    for (let round = 0; round < 5; round += 1) {
        await Promise.all([page.reload(), other.reload()]);
        await Promise.all([seeTitles(page, "Shared by both"), seeTitles(other, "Shared by both")]);
    }
    await add(page, "From the first");
    await add(other, "From the second");
});

scenario(
    "what is done in one tab about the session is done in all",
    {},
    async ({ service, context, page }) => {
        const account = await newAccount(service);
        const other = await context.newPage();
        await other.goto("/signin");
        await other.getByLabel("E-mail address").waitFor();

        await signIn(page, account);
        await seeTodos(page);
        await seeTodos(other);

        await page.getByRole("button", { name: "Sign out" }).click();
        await page.waitForURL("**/signin");
        await other.waitForURL("**/signin");
    },
);

scenario(
    "a session that was ended elsewhere leads to the sign-in page, which says so",
    { allowed: [/status of 401 .*\/api\/v2\/todos/] },
    async ({ service, page }) => {
        const account = await newAccount(service);
        await signIn(page, account);
        await seeTodos(page);
        // All sessions but the API's own; the page learns it from the first call that is refused.
        await service.call("DELETE", "/api/v2/sessions", account);
        await page.getByLabel("Search").fill("anything");
        await page
            .getByRole("alert")
            .filter({ hasText: "Your session has ended" })
            .waitFor({ timeout: 15_000 });
        assert.equal(new URL(page.url()).pathname, "/signin");
    },
);

scenario(
    "over plain http off this machine the sign-in page says what will not work",
    { allowed: [/Cross-Origin-Opener-Policy header has been ignored/] },
    async ({ service, page }) => {
        await page.goto("/signin");
        await page.getByLabel("E-mail address").waitFor();
        assert.equal(await page.getByText("opened over plain http").count(), 0);
        await page.goto(`http://${PLAIN_HTTP_HOST}:${service.port}/signin`);
        await page.getByText("This page was opened over plain http").waitFor();
    },
);
