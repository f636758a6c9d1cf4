// The OpenID provider of tests/provider, in a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../provider/provider.mjs", import.meta.url));

export class Provider {
    #process;

    constructor(process, issuer) {
        this.#process = process;
        /** What makes a service know it, as `test`. */
        this.variables = {
            RONDO_PROVIDER_TEST_ISSUER: issuer,
            RONDO_PROVIDER_TEST_CLIENT_ID: "rondo",
            RONDO_PROVIDER_TEST_CLIENT_SECRET: "zL6vQ8mT2xKc9RbN4wYh7JdS1fGpAe3U",
            RONDO_PROVIDER_TEST_DISPLAY_NAME: "Test provider",
            RONDO_PROVIDER_TEST_PRIVATE_ADDRESSES: "true",
        };
    }

    /** One for the service at this address. */
    static async start(url) {
        const process = spawn("node", [script, `${url}/callback/test`, `${url}/`], {
            stdio: ["pipe", "pipe", "inherit"],
        });
        const [issuer] = await once(createInterface(process.stdout), "line");
        // It tells when it ends a session.
        const told = encodeURIComponent(`${url}/logout/test`);
        await fetch(`${issuer}/control/forward?to=${told}`, { method: "POST" });
        return new Provider(process, issuer);
    }

    async stop() {
        const ended = once(this.#process, "exit");
        this.#process.stdin.end();
        await ended;
    }
}
