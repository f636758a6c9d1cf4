// The page on which a program without a browser is let in, and the way to it through the sign-in page.
import assert from "node:assert/strict";
import { newAccount, seeTodos, signIn } from "./support/person.mjs";
import { scenario } from "./support/scenario.mjs";

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
const PHONE = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true };
const NO_SUCH_CODE = /status of 404 .*\/api\/v2\/device\//;

async function form(service, path, fields) {
    const response = await fetch(service.url + path, {
        method: "POST",
        headers: { "User-Agent": "rondo/0.1.0 (Linux; laptop)" },
        body: new URLSearchParams({ client_id: "rondo-cli", ...fields }),
    });
    return response.json();
}

function begin(service) {
    return form(service, "/oauth/device_authorization", {});
}

function ask(service, { device_code }) {
    return form(service, "/oauth/token", { grant_type: DEVICE_CODE, device_code });
}

async function fillIn(page, { email, password }) {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
}

async function fitsTheScreen(page) {
    const [content, screen] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        window.innerWidth,
    ]);
    assert.ok(content <= screen, `${content} on ${screen}`);
}

scenario(
    "whoever opens the address that a device shows signs in, comes back and lets it in",
    {},
    async ({ service, page }) => {
        const account = await newAccount(service);
        const begun = await begin(service);
        assert.equal(begun.verification_uri_complete.startsWith(service.url), true);
        await page.goto(begun.verification_uri_complete);
        await page.waitForURL("**/signin?next=*");
        await fillIn(page, account);
        await page.getByRole("heading", { name: "Let a device in", level: 1 }).waitFor();
        assert.equal(await page.title(), "Let a device in · Rondo");
        assert.equal(await page.getByLabel("Code").inputValue(), begun.user_code);
        await page.getByText(account.email).waitFor();
        // Nothing happens before somebody says so.
        assert.equal((await ask(service, begun)).error, "authorization_pending");

        await page.getByRole("button", { name: "Continue" }).click();
        await page.getByRole("heading", { name: "The command line of Rondo" }).waitFor();
        for (const words of [
            "rondo/0.1.0 (Linux; laptop)",
            "127.0.0.1",
            "see your to-dos and lists",
            "add, change and delete to-dos and lists",
            "see and change your profile and your sessions",
            begun.user_code,
        ]) {
            await page.getByText(words, { exact: true }).waitFor();
        }
        await page.getByRole("button", { name: "Allow" }).click();
        await page.getByRole("status").filter({ hasText: "The device is let in" }).waitFor();
        const { access_token: token } = await ask(service, begun);
        const me = await service.call("GET", "/api/v2/users/me", { token });
        assert.equal(me.email, account.email);
        await page.getByRole("link", { name: "Go to your to-dos" }).click();
        await seeTodos(page);
    },
);

scenario(
    "on a phone the code is typed as it comes, a wrong one is said so, and a device is refused",
    { allowed: [NO_SUCH_CODE], context: PHONE },
    async ({ service, page }) => {
        const account = await newAccount(service);
        const begun = await begin(service);
        await signIn(page, account);
        await seeTodos(page);
        await page.goto("/device");
        const code = page.getByLabel("Code");
        await code.fill("BBBB-BBBB");
        await page.getByRole("button", { name: "Continue" }).click();
        await code.and(page.locator("[aria-invalid=true]")).waitFor();
        await page.getByText("There is no such code").waitFor();
        await fitsTheScreen(page);

        await code.fill(begun.user_code.toLowerCase().replace("-", " "));
        await page.getByRole("button", { name: "Continue" }).click();
        await page.getByText(begun.user_code, { exact: true }).waitFor();
        await fitsTheScreen(page);
        await page.getByRole("button", { name: "Refuse" }).click();
        await page.getByRole("status").filter({ hasText: "The device was refused" }).waitFor();
        assert.equal((await ask(service, begun)).error, "access_denied");
    },
);

scenario(
    "a code that was answered in another tab is used up",
    { allowed: [NO_SUCH_CODE] },
    async ({ service, context, page }) => {
        const account = await newAccount(service);
        const begun = await begin(service);
        await signIn(page, account);
        await seeTodos(page);
        const other = await context.newPage();
        for (const tab of [page, other]) {
            await tab.goto(`/device?user_code=${begun.user_code}`);
            await tab.getByRole("button", { name: "Continue" }).click();
            await tab.getByRole("button", { name: "Allow" }).waitFor();
        }
        await page.getByRole("button", { name: "Refuse" }).click();
        await page.getByText("The device was refused").waitFor();
        await other.getByRole("button", { name: "Allow" }).click();
        await other.getByText("was answered already").waitFor();
        await other.getByRole("button", { name: "Type another code" }).click();
        await other.getByLabel("Code").waitFor();
        assert.equal((await ask(service, begun)).error, "access_denied");
    },
);

scenario("nobody is sent to another site after signing in", {}, async ({ service, page }) => {
    const account = await newAccount(service);
    await page.goto(`/signin?next=${encodeURIComponent("//evil.example/device")}`);
    await fillIn(page, account);
    await seeTodos(page);
    assert.equal(page.url(), `${service.url}/`);
});
