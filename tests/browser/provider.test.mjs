// Signing in through a real OpenID provider, in a real browser: there and back, and out again on both sides.
import assert from "node:assert/strict";
import { Provider } from "./support/provider.mjs";
import { add, seeTitles, seeTodos } from "./support/person.mjs";
import { scenario } from "./support/scenario.mjs";

let provider;

scenario(
    "a person signs in through a provider, stays so across reloads, and signs out on both sides",
    {
        prepare: async (url) => {
            provider = await Provider.start(url);
            return provider.variables;
        },
        // What the provider's own pages would load from elsewhere.
        allowed: [/net::ERR_\w+ \/css$/, /404 .*\/favicon.ico$/],
    },
    async ({ page, service }) => {
        try {
            await page.goto("/signin");
            await page.getByRole("link", { name: "Sign in with Test provider" }).click();
            await page.getByPlaceholder("Enter any login").fill("ada");
            await page.getByPlaceholder("and password").fill("any");
            await page.getByRole("button", { name: "Sign-in" }).click();
            await page.getByRole("button", { name: "Continue" }).click();
            await seeTodos(page);
            assert.equal(new URL(page.url()).origin, service.url);
            await page.getByText("ada").first().waitFor();
            await add(page, "Buy milk");
            await page.reload();
            await seeTitles(page, "Buy milk");

            // In another tab: the provider asks nothing, since it knows the person.
            await page.goto("/login/test?return_to=%2F");
            await seeTitles(page, "Buy milk");

            await page.goto("/logout");
            await page.getByRole("button", { name: "Yes, sign me out" }).click();
            await page.waitForURL(`${service.url}/signin`);
            await page.getByRole("link", { name: "Sign in with Test provider" }).click();
            await page.getByPlaceholder("Enter any login").waitFor();
        } finally {
            await provider.stop();
        }
    },
);
