// One headless Chromium for all tests of a file, and an ear for everything that goes wrong in it.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** A name that is not loopback in the browser's eyes, but leads to this machine. */
export const PLAIN_HTTP_HOST = "rondo.test";

export function launch() {
    return chromium.launch({
        executablePath: findChromium(),
        args: [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            `--host-resolver-rules=MAP ${PLAIN_HTTP_HOST} 127.0.0.1`,
        ],
    });
}

function findChromium() {
    if (process.env.CHROMIUM_BIN) return process.env.CHROMIUM_BIN;
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
        for (const name of NAMES) {
            const path = join(folder, name);
            try {
                accessSync(path, constants.X_OK);
                return path;
            } catch {
                // Not in this folder.
            }
        }
    }
    throw new Error("no Chromium on the PATH: `apt-get install chromium`, or set CHROMIUM_BIN");
}

/**
 * Collects what the pages of a context complain about: console errors and warnings, exceptions,
 * blocked content, dialogs. `allowed` are texts, or patterns, that a scenario brings about itself.
 */
export async function listen(context, allowed) {
    const complaints = [];
    const complain = (text) => {
        if (!allowed.some((pattern) => pattern.test(text))) complaints.push(text);
    };
    await context.exposeBinding("reportViolation", (_source, text) => complain(text));
    await context.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", (event) => {
            const { violatedDirective, blockedURI, sourceFile, sample } = event;
            window.reportViolation(
                `CSP violation: ${violatedDirective} ${blockedURI} ${sourceFile} ${sample}`,
            );
        });
    });
    context.on("weberror", (event) => complain(`exception: ${event.error().stack}`));
    context.on("console", (message) => {
        if (!["error", "warning"].includes(message.type())) return;
        const { url } = message.location();
        complain(
            `console ${message.type()}: ${message.text()} ${url ? new URL(url).pathname : ""}`,
        );
    });
    context.on("dialog", async (dialog) => {
        complain(`dialog: ${dialog.message()}`);
        await dialog.dismiss();
    });
    return complaints;
}
