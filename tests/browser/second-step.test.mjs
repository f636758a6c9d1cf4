// Signing in to an account that has a second factor: by an authenticator, a recovery code, a passkey.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { newAccount, seeTodos, signIn } from "./support/person.mjs";
import { scenario } from "./support/scenario.mjs";

const PHONE = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true };
const REFUSED = /status of 401 .*\/api\/v2\/sessions\/second-factor$/;
const STEP_MS = 30_000;

/** What an authenticator shows (RFC 6238) that has this secret, so many steps from now. */
function code(secret, steps = 0) {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const bits = [...secret].map((it) => letters.indexOf(it).toString(2).padStart(5, "0")).join("");
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + steps));
    const hash = createHmac("sha1", key).update(counter).digest();
    const at = hash[19] & 15;
    return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** An account with an authenticator, its secret and its recovery codes. */
async function guarded(service) {
    const account = await newAccount(service);
    const call = (path, body) =>
        service.call("POST", `/api/v2/users/me/factors/totp${path}`, { token: account.token, body });
    const { secret } = await call("", { current_password: account.password });
    // With the code of before, the one of now is still good.
    const { recovery_codes: codes } = await call("/confirm", { code: code(secret, -1) });
    return { ...account, secret, codes };
}

scenario(
    "an authenticator's code is asked for after the password, and lets in",
    { allowed: [REFUSED], context: PHONE },
    async ({ service, page }) => {
        const account = await guarded(service);
        await signIn(page, account);
        await page.getByRole("heading", { name: "One more step" }).waitFor();
        assert.equal(await page.title(), "One more step · Rondo");
        const field = page.getByLabel("Code");
        assert.equal(await field.evaluate((it) => it === document.activeElement), true);
        const wrong = String((Number(code(account.secret)) + 1) % 1_000_000).padStart(6, "0");
        await field.fill(wrong);
        await page.getByRole("button", { name: "Continue" }).click();
        await page.getByText("It is wrong, was used before").waitFor();
        assert.equal(await field.inputValue(), "");
        assert.equal(await field.evaluate((it) => it === document.activeElement), true);
        const [content, screen] = await page.evaluate(() => [
            document.documentElement.scrollWidth,
            window.innerWidth,
        ]);
        assert.ok(content <= screen, `${content} on ${screen}`);
        await field.fill(code(account.secret));
        await page.keyboard.press("Enter");
        await seeTodos(page);
        await page.reload();
        await seeTodos(page);
    },
);

scenario(
    "a recovery code stands in for it, once, and who comes to the wrong account goes back",
    { allowed: [REFUSED] },
    async ({ service, page }) => {
        const account = await guarded(service);
        await signIn(page, account);
        await page.getByRole("button", { name: "Use a recovery code" }).click();
        await page.getByLabel("Recovery code").fill(account.codes[0]);
        await page.getByRole("button", { name: "Continue" }).click();
        await seeTodos(page);
        await page.context().clearCookies();
        await signIn(page, account);
        await page.getByRole("button", { name: "Use a recovery code" }).click();
        await page.getByLabel("Recovery code").fill(account.codes[0]);
        await page.getByRole("button", { name: "Continue" }).click();
        await page.getByText("It is wrong, was used before").waitFor();
        await page.getByRole("button", { name: "Sign in as somebody else" }).click();
        await page.getByLabel("E-mail address").waitFor();
    },
);

scenario(
    "a passkey stands in for the second step, and for both",
    {
        // Passkeys are of a name; an address of digits has none.
        prepare: (url) => ({ RONDO_PUBLIC_URL: url.replace("127.0.0.1", "localhost") }),
    },
    async ({ service, page, context }) => {
        const devtools = await context.newCDPSession(page);
        await devtools.send("WebAuthn.enable");
        await devtools.send("WebAuthn.addVirtualAuthenticator", {
            options: {
                protocol: "ctap2",
                transport: "internal",
                hasResidentKey: true,
                hasUserVerification: true,
                isUserVerified: true,
                automaticPresenceSimulation: true,
            },
        });
        const account = await newAccount(service);
        const home = service.url.replace("127.0.0.1", "localhost");
        await page.goto(`${home}/signin`);
        const me = (path, body) =>
            service.call("POST", `/api/v2/users/me${path}`, { token: account.token, body });
        const asked = await me("/passkeys/options", { current_password: account.password });
        const answer = await page.evaluate(async (options) => {
            const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
            return JSON.stringify(await navigator.credentials.create({ publicKey }));
        }, asked.options);
        await me("/passkeys", { ticket: asked.ticket, name: "Browser", answer });

        await page.getByLabel("E-mail address").fill(account.email);
        await page.getByLabel("Password", { exact: true }).fill(account.password);
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
        await page.getByRole("button", { name: "Use a passkey" }).click();
        await seeTodos(page);

        await context.clearCookies();
        await page.goto(`${home}/signin`);
        await page.getByRole("button", { name: "Sign in with a passkey" }).click();
        await seeTodos(page);
    },
);
