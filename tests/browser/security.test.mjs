// What must not happen in a browser: markup run as script, tokens lying about, another site acting.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import {
    add,
    addThroughApi,
    list,
    newAccount,
    PASSWORD,
    seeTitles,
    seeTodos,
    signIn,
    titlesThroughApi,
} from "./support/person.mjs";
import { scenario } from "./support/scenario.mjs";

scenario("markup in a title is text", {}, async ({ service, page }) => {
    const title = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    await signIn(page, await newAccount(service));
    await seeTodos(page);
    await add(page, title);
    await page.reload();
    await seeTitles(page, title);
    await list(page).getByText(title, { exact: true }).waitFor();
    assert.equal(await page.locator("img, #root script").count(), 0);
});

scenario(
    "no script can find a token in what the browser keeps",
    {},
    async ({ service, context, page }) => {
        const account = await newAccount(service);
        const answer = page.waitForResponse((response) =>
            response.url().endsWith("/api/v2/sessions"),
        );
        await signIn(page, account);
        const signedIn = await (await answer).json();
        await seeTodos(page);
        assert.ok(signedIn.access_token);
        assert.equal(signedIn.refresh_token, undefined);

        const [cookie, ...others] = await context.cookies();
        assert.deepEqual(others, []);
        assert.match(cookie.name, /^__Host-/);
        assert.equal(cookie.httpOnly, true);
        assert.equal(cookie.secure, true);
        assert.equal(cookie.sameSite, "Strict");

        await page.reload();
        await seeTodos(page);
        const kept = await page.evaluate(async () => ({
            cookie: document.cookie,
            databases: (await indexedDB.databases()).length,
            caches: (await caches.keys()).length,
            storage: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
        }));
        assert.equal(kept.cookie, "");
        assert.equal(kept.databases, 0);
        assert.equal(kept.caches, 0);
        assert.doesNotMatch(kept.storage, /eyJ|token|bearer/i);
        for (const secret of [signedIn.access_token, cookie.value, PASSWORD]) {
            assert.ok(!kept.storage.includes(secret));
        }
    },
);

// Another site; and another origin of the same site, to which SameSite cookies do go.
for (const [what, host] of [
    ["another site", "localhost"],
    ["another port of the same site", "127.0.0.1"],
]) {
    scenario(
        `${what} can do nothing in the name of who is signed in`,
        // The browser tells, on the other site's page, of everything that it and the service refuse.
        { allowed: [/CORS policy/, /net::ERR_(FAILED|BLOCKED_BY_RESPONSE)/, /status of 4\d\d/] },
        async ({ service, context, page }) => {
            const account = await newAccount(service);
            await addThroughApi(service, account, "Mine");
            await signIn(page, account);
            await seeTitles(page, "Mine");
            const { body: before } = await ownSessions(service, account);

            const evil = await serve("<!doctype html><title>Evil</title><p>Evil</p>");
            try {
                const evilPage = await context.newPage();
                const statuses = [];
                evilPage.on("response", (response) => {
                    if (response.request().method() !== "GET") {
                        statuses.push([
                            response.request().method(),
                            response.url(),
                            response.status(),
                        ]);
                    }
                });
                await evilPage.goto(`http://${host}:${evil.port}/`);
                await attackByFetch(evilPage, service.url);
                for (const form of forms(service.url)) {
                    await evilPage.goto(`http://${host}:${evil.port}/`);
                    await submit(evilPage, form);
                }
                const accepted = statuses.filter(
                    ([method, , status]) => method !== "OPTIONS" && status < 400,
                );
                assert.deepEqual(accepted, []);
                assert.ok(statuses.length >= forms(service.url).length, "the forms did not arrive");
            } finally {
                evil.close();
            }

            assert.deepEqual(await titlesThroughApi(service, account), ["Mine"]);
            assert.equal((await ownSessions(service, account)).body.length, before.length);
            await page.reload();
            await seeTitles(page, "Mine");
            await add(page, "Still mine");
        },
    );
}

async function ownSessions(service, account) {
    const body = await service.call("GET", "/api/v2/sessions", account);
    return { body: Array.isArray(body) ? body : body.items };
}

/** Every kind of call that a page may try: none may be answered with success. */
async function attackByFetch(page, target) {
    const outcomes = await page.evaluate(async (base) => {
        const json = '{"title":"Evil"}';
        const calls = [
            ["/api/v2/todos", "POST", "text/plain", json],
            ["/api/v2/todos", "POST", "application/json", json],
            ["/api/v2/sessions/refresh", "POST", "text/plain", "{}"],
            ["/api/v2/sessions/refresh", "POST", "application/x-www-form-urlencoded", "a=b"],
            ["/api/v2/sessions/refresh", "POST", "application/json", "{}"],
            ["/api/v2/sessions/refresh", "POST", undefined, undefined],
            ["/api/v2/sessions/current", "DELETE", undefined, undefined],
            [
                "/api/v2/sessions/current",
                "POST",
                "application/x-www-form-urlencoded",
                "_method=DELETE",
            ],
            ["/refresh", "POST", "text/plain", "{}"],
            ["/api/v2/todos", "GET", undefined, undefined],
        ];
        const outcomes = [];
        for (const [path, method, type, body] of calls) {
            for (const mode of ["cors", "no-cors"]) {
                try {
                    const response = await fetch(base + path, {
                        method,
                        mode,
                        credentials: "include",
                        ...(type && { headers: { "Content-Type": type } }),
                        body,
                    });
                    outcomes.push({ path, method, mode, readable: response.type !== "opaque" });
                } catch {
                    outcomes.push({ path, method, mode, readable: false });
                }
            }
        }
        return outcomes;
    }, target);
    assert.deepEqual(
        outcomes.filter(({ readable }) => readable),
        [],
    );
}

function forms(target) {
    return [
        // With this encoding the body of a form is text of the attacker's choice: JSON, too.
        {
            action: `${target}/api/v2/todos`,
            enctype: "text/plain",
            name: '{"title":"Evil","x":"',
            value: '"}',
        },
        {
            action: `${target}/api/v2/sessions/refresh`,
            enctype: "text/plain",
            name: '{"x":"',
            value: '"}',
        },
        { action: `${target}/api/v2/sessions/refresh`, name: "a", value: "b" },
        { action: `${target}/api/v2/sessions/current`, name: "_method", value: "DELETE" },
        { action: `${target}/api/v2/users/me`, name: "_method", value: "DELETE" },
        { action: `${target}/user`, name: "_method", value: "DELETE" },
        // Signing the victim in as someone else.
        {
            action: `${target}/api/v2/sessions`,
            enctype: "text/plain",
            name: '{"email":"evil@example.com","password":"x","transport":"cookie","y":"',
            value: '"}',
        },
    ];
}

async function submit(page, form) {
    const arrived = page.waitForURL(form.action);
    await page.evaluate(({ action, enctype, name, value }) => {
        const form = document.createElement("form");
        Object.assign(form, { method: "post", action, ...(enctype && { enctype }) });
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name, value });
        form.append(input);
        document.body.append(form);
        form.submit();
    }, form);
    await arrived;
}

async function serve(html) {
    const server = createServer((_request, response) => {
        response.writeHead(200, { "Content-Type": "text/html" });
        response.end(html);
    }).listen(0);
    await once(server, "listening");
    return {
        port: server.address().port,
        close: () => {
            server.closeAllConnections();
            server.close();
        },
    };
}
