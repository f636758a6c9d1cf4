// Everyone can use it: keyboard alone, a small screen, dark and light.
import assert from "node:assert/strict";
import {
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

const PHONE = { width: 360, height: 740 };

scenario(
    "the keyboard alone signs in, adds, ticks, edits and deletes",
    {},
    async ({ service, page }) => {
        const { email } = await newAccount(service);
        await page.goto("/signin");
        await page.getByLabel("E-mail address").and(page.locator(":focus")).waitFor();
        await page.keyboard.type(email);
        await tabTo(page, page.getByLabel("Password", { exact: true }));
        await page.keyboard.type(PASSWORD);
        await page.keyboard.press("Enter");
        await seeTodos(page);

        await tabTo(page, page.getByLabel("New to-do"));
        for (const title of ["First", "Second"]) {
            await page.keyboard.type(title);
            await page.keyboard.press("Enter");
            await checkbox(page, title).and(page.locator(":enabled")).waitFor();
        }

        await tabTo(page, checkbox(page, "First"));
        await page.keyboard.press("Space");
        await checkbox(page, "First").and(page.locator(":checked")).waitFor();

        await tabTo(page, page.getByRole("button", { name: "Edit: First" }));
        await page.keyboard.press("Enter");
        await page.getByLabel("Title").and(page.locator(":focus")).waitFor();
        await page.keyboard.press("End");
        await page.keyboard.type(" of all");
        await page.keyboard.press("Enter");
        await seeTitles(page, "First of all", "Second");
        await page
            .getByRole("button", { name: "Edit: First of all" })
            .and(page.locator(":focus"))
            .waitFor();

        // Escape leaves the editor, with the focus where it was.
        await page.keyboard.press("Enter");
        await page.getByLabel("Title").and(page.locator(":focus")).waitFor();
        await page.keyboard.press("Escape");
        await page
            .getByRole("button", { name: "Edit: First of all" })
            .and(page.locator(":focus"))
            .waitFor();

        await tabTo(page, page.getByRole("button", { name: "Delete: First of all" }));
        await page.keyboard.press("Enter");
        await page.keyboard.press("Enter");
        await seeTitles(page, "Second");
        // The row with the focus has gone: the focus is in the next one, not lost.
        await checkbox(page, "Second").and(page.locator(":focus")).waitFor();
    },
);

scenario(
    "every stop of the tab key has a name and shows that it has the focus",
    {},
    async ({ service, page }) => {
        const account = await newAccount(service);
        await page.goto("/register");
        await page.getByLabel("Name").waitFor();
        await walk(page, 5);
        await addThroughApi(service, account, "Something");
        await signIn(page, account);
        await seeTitles(page, "Something");
        await walk(page, 8);
    },
);

scenario(
    "a phone's width is enough",
    { context: { viewport: PHONE, hasTouch: true, isMobile: true } },
    async ({ service, page }) => {
        const account = await newAccount(service);
        await page.goto("/register");
        await page.getByLabel("Name").waitFor();
        await assertFits(page);
        await addThroughApi(
            service,
            account,
            "A word",
            "x".repeat(500),
            "many words ".repeat(40).trim(),
        );
        await page.goto("/signin");
        await page.getByLabel("E-mail address").waitFor();
        await assertFits(page);
        await signIn(page, account);
        await checkbox(page, "A word").waitFor();
        await assertFits(page);
        await page.getByRole("button", { name: "Edit: A word" }).tap();
        await page.getByLabel("Title").waitFor();
        await assertFits(page);
        await page.getByRole("button", { name: "Cancel" }).tap();
        const long = "x".repeat(500);
        await row(page, long)
            .getByRole("button", { name: `Delete: ${long}` })
            .tap();
        await page.getByRole("button", { name: "Keep" }).waitFor();
        await assertFits(page);
    },
);

scenario("the colours follow the system until they are chosen, then stay", {}, async ({ page }) => {
    const scheme = () => page.locator("html").getAttribute("data-mantine-color-scheme");
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto("/signin");
    await page.getByRole("button", { name: "Use light colours" }).waitFor();
    assert.equal(await scheme(), "dark");
    const dark = await background();
    await page.getByRole("button", { name: "Use light colours" }).click();
    await page.getByRole("button", { name: "Use dark colours" }).waitFor();
    assert.equal(await scheme(), "light");
    assert.notEqual(await background(), dark);
    await page.reload();
    await page.getByRole("button", { name: "Use dark colours" }).waitFor();
});

/** Presses Tab until the control has the focus. */
async function tabTo(page, control) {
    const focused = control.and(page.locator(":focus"));
    for (let presses = 0; presses < 30; presses += 1) {
        if ((await focused.count()) === 1) return;
        await page.keyboard.press("Tab");
    }
    assert.fail(`the tab key does not lead to ${control}`);
}

/** Presses Tab `count` times and looks at each stop. */
async function walk(page, count) {
    for (let presses = 0; presses < count; presses += 1) {
        await page.keyboard.press("Tab");
        const stop = await page.evaluate(() => {
            const element = document.activeElement;
            const ringed = (part) => {
                const { outlineStyle, outlineWidth } = getComputedStyle(part);
                return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
            };
            return {
                html: element.outerHTML.slice(0, 200),
                named: Boolean(
                    element.getAttribute("aria-label") ||
                    element.textContent.trim() ||
                    [...(element.labels ?? [])].some((label) => label.textContent.trim()),
                ),
                // A field with a button in it is ringed as a whole.
                ringed: ringed(element) || ringed(element.parentElement),
            };
        });
        assert.ok(stop.named, `no name: ${stop.html}`);
        assert.ok(stop.ringed, `no ring: ${stop.html}`);
    }
}

async function assertFits(page) {
    const { scrolled, shown } = await page.evaluate(() => ({
        scrolled: document.documentElement.scrollWidth,
        shown: document.documentElement.clientWidth,
    }));
    assert.equal(shown, PHONE.width);
    assert.ok(scrolled <= shown, `${scrolled} pixels wide on a screen of ${shown}`);
}
