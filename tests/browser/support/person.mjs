// What a person does on the pages, and how an account comes to be without them.

export const PASSWORD = "a rather long pass phrase";

let count = 0;

/** An account made through the API: `{ email, password, token }`. */
export async function newAccount(service) {
    count += 1;
    const email = `person${count}@example.com`;
    await service.call("POST", "/api/v2/users", { body: { email, password: PASSWORD } });
    const { access_token: token } = await service.call("POST", "/api/v2/sessions", {
        body: { email, password: PASSWORD },
    });
    return { email, password: PASSWORD, token };
}

export async function addThroughApi(service, account, ...titles) {
    for (const title of titles) {
        await service.call("POST", "/api/v2/todos", { token: account.token, body: { title } });
    }
}

export async function titlesThroughApi(service, account) {
    const { items } = await service.call("GET", "/api/v2/todos?sort=position&limit=100", account);
    return items.map(({ title }) => title);
}

export async function signIn(page, { email, password }) {
    await page.goto("/signin");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
}

/** Resolves when the list is there (with anything in it or nothing). */
export async function seeTodos(page) {
    await page.getByRole("heading", { name: "To-dos", level: 1 }).waitFor();
}

export async function add(page, title) {
    await page.getByLabel("New to-do").fill(title);
    await page.getByRole("button", { name: "Add" }).click();
    await checkbox(page, title).and(page.locator(":enabled")).waitFor();
}

export function list(page) {
    return page.getByRole("list", { name: "To-dos" });
}

export function row(page, title) {
    return list(page)
        .getByRole("listitem")
        .filter({ has: checkbox(page, title) });
}

export function checkbox(page, title) {
    return page.getByRole("checkbox", { name: `Done: ${title}`, exact: true });
}

/** Waits until the rows have exactly these titles. */
export async function seeTitles(page, ...titles) {
    await page.waitForFunction((wanted) => {
        const boxes = document.querySelectorAll("li input[type=checkbox]");
        const shown = [...boxes].map((box) =>
            box.getAttribute("aria-label").slice("Done: ".length),
        );
        return JSON.stringify(shown) === JSON.stringify(wanted);
    }, titles);
}
