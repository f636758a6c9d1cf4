// What the links in mails lead to: the pages are opened as a mail program opens them.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { newAccount, PASSWORD, seeTodos, signIn } from "./support/person.mjs";
import { scenario } from "./support/scenario.mjs";

const REFUSED = /status of 4(01|22) .*\/api\/v2\/(sessions|password-resets\/complete|email-verifications)$/;
const NEW_PASSWORD = "another horse and battery";
const LIMIT_MS = 30_000;

/** The link of the mail with this subject to this address, once it lies in the outbox. */
async function link(service, email, subject) {
    const outbox = join(service.dataDir, "outbox");
    const deadline = Date.now() + LIMIT_MS;
    while (Date.now() < deadline) {
        const names = await readdir(outbox).catch(() => []);
        for (const name of names.filter((name) => name.endsWith(".eml"))) {
            const mail = await readFile(join(outbox, name), "utf8");
            if (!mail.includes(`To: ${email}\r\n`) || !mail.includes(`Subject: ${subject}\r\n`))
                continue;
            const found = /^http\S+#\S+/m.exec(mail);
            assert(found, mail);
            return new URL(found[0]);
        }
        await new Promise((done) => setTimeout(done, 200));
    }
    throw new Error(`no mail ${subject} to ${email}`);
}

/** Opens the page of a link at the service's own address. */
async function open(page, { pathname, hash }) {
    await page.goto(`${pathname}${hash}`);
}

scenario(
    "whoever forgot the password asks for a mail, sets a new one, and signs in",
    { allowed: [REFUSED] },
    async ({ service, page }) => {
        const account = await newAccount(service);
        await page.goto("/signin");
        await page.getByRole("link", { name: "Forgot your password?" }).click();
        await page.getByLabel("E-mail address").fill(account.email);
        await page.getByRole("button", { name: "Send the mail" }).click();
        await page.getByText("Look into your mail").waitFor();

        const asked = [];
        page.on("request", (request) => asked.push(request.url()));
        const mail = await link(service, account.email, "Set a new password");
        await open(page, mail);
        // What is refused leaves the link good.
        const field = page.getByLabel("Password", { exact: true });
        await field.fill("12345678");
        await page.getByRole("button", { name: "Set the password" }).click();
        await page.getByText("among the first that anybody would guess").waitFor();
        await field.fill(NEW_PASSWORD);
        await page.getByRole("button", { name: "Set the password" }).click();
        await page.getByText("Your new password is set").waitFor();
        const secret = mail.hash.slice("#token=".length);
        assert(asked.length > 0 && asked.every((url) => !new URL(url).pathname.includes(secret)));
        assert(asked.every((url) => !new URL(url).search.includes(secret)));

        await signIn(page, { email: account.email, password: NEW_PASSWORD });
        await seeTodos(page);

        // Once more it is worthless, and leads on to another one.
        await open(page, mail);
        await field.fill("yet another horse and battery");
        await page.getByRole("button", { name: "Set the password" }).click();
        await page.getByText("This link is not good any more").waitFor();
        await page.getByRole("link", { name: "Ask for another mail" }).click();
        await page.getByRole("button", { name: "Send the mail" }).waitFor();
    },
);

scenario(
    "an address is confirmed by a button, once",
    { allowed: [REFUSED] },
    async ({ service, page }) => {
        const account = await newAccount(service);
        const mail = await link(service, account.email, "Confirm your e-mail address");
        await open(page, mail);
        const me = () => service.call("GET", "/api/v2/users/me", account);
        assert.equal((await me()).email_verified, false, "opening the page does nothing");
        await page.getByRole("button", { name: "This is my address" }).click();
        await page.getByText("Your e-mail address is confirmed").waitFor();
        assert.equal((await me()).email_verified, true);

        await page.reload();
        await page.getByRole("button", { name: "This is my address" }).click();
        await page.getByText("This link is not good any more").waitFor();
    },
);

scenario("a link without its secret says that it is worthless", {}, async ({ page }) => {
    await page.goto("/verify-email");
    await page.getByText("This link is not good any more").waitFor();
    await page.goto("/register#invitation=wrong");
    await page.getByText("With the e-mail address that the invitation came to.").waitFor();
});

scenario(
    "an invitation that is none is refused in words",
    { allowed: [/status of 422 .*\/api\/v2\/users$/] },
    async ({ page }) => {
        await page.goto("/register#invitation=wrong");
        await page.getByLabel("E-mail address").fill("guest@example.com");
        await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
        await page.getByRole("button", { name: "Create account" }).click();
        await page.getByText("The invitation is not good any more").waitFor();
    },
);
