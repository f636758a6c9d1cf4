// Starts the real `rondo` on a free port with a data folder of its own, and stops it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const binary = resolve(process.env.TEST_RONDO_BIN ?? join(repository, "target/debug/rondo"));
const START_DEADLINE_MS = 20_000;

export class Service {
    #process = null;
    #output = "";
    variables = {};

    constructor(port, dataDir) {
        this.port = port;
        this.dataDir = dataDir;
        this.url = `http://127.0.0.1:${port}`;
    }

    /** `prepare` is given the address, and answers further variables. */
    static async start(prepare = () => ({})) {
        await access(binary).catch(() => {
            throw new Error(`${binary} is missing: run \`cargo build\`, or set TEST_RONDO_BIN`);
        });
        const dataDir = await mkdtemp(join(tmpdir(), "rondo-browser-"));
        const service = new Service(await freePort(), dataDir);
        service.variables = await prepare(service.url);
        await service.run();
        return service;
    }

    /** Runs the process, again too, and waits until it is ready. */
    async run() {
        this.#process = spawn(
            binary,
            [
                "serve",
                "--host",
                "127.0.0.1",
                "--port",
                String(this.port),
                "--data-dir",
                this.dataDir,
            ],
            {
                // Neither the developer's settings nor a `.env` or Rocket.toml beside them may be read.
                cwd: this.dataDir,
                env: {
                    PATH: process.env.PATH,
                    HOME: this.dataDir,
                    ENV: "test",
                    RONDO_BCRYPT_COST: "10",
                    RONDO_RATE_LIMIT: "0",
                    RONDO_SIGN_IN_LIMIT: "0",
                    ...this.variables,
                },
                stdio: ["ignore", "pipe", "pipe"],
            },
        );
        for (const stream of [this.#process.stdout, this.#process.stderr]) {
            stream.on("data", (data) => (this.#output += data));
        }
        const deadline = Date.now() + START_DEADLINE_MS;
        while (!(await this.#isReady())) {
            if (this.#process.exitCode !== null || Date.now() > deadline) {
                const { exitCode } = this.#process;
                await this.stop();
                throw new Error(
                    `the service is not ready (exit code ${exitCode}):\n${this.#output}`,
                );
            }
        }
    }

    /** Ends the process as a crash would; the data stays. */
    async kill() {
        if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
        const ended = once(this.#process, "exit");
        this.#process.kill("SIGKILL");
        await ended;
    }

    async stop() {
        await this.kill();
        await rm(this.dataDir, { recursive: true, force: true });
    }

    /** Calls the API as a program would. Throws at an error status. */
    async call(method, path, { token, body } = {}) {
        const response = await fetch(this.url + path, {
            method,
            headers: {
                ...(body !== undefined && { "Content-Type": "application/json" }),
                ...(token !== undefined && { Authorization: `Bearer ${token}` }),
            },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
        return text === "" ? undefined : JSON.parse(text);
    }

    async #isReady() {
        try {
            const response = await fetch(`${this.url}/readyz`, {
                signal: AbortSignal.timeout(1000),
            });
            await response.arrayBuffer();
            return response.status === 200;
        } catch {
            // Nobody listens yet. The next try need not be at once.
            await new Promise((done) => setTimeout(done, 50));
            return false;
        }
    }
}

async function freePort() {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    server.close();
    await once(server, "close");
    return port;
}
