// How the web app is built into ../static and served during development.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { themeCss } from "./build/theme-css.ts";

const service = process.env.RONDO_URL ?? "http://127.0.0.1:4000";

// The paths that belong to the service; every other GET is a page of the app.
const servicePaths = [
  "/api",
  "/oauth",
  "/schemas",
  "/.well-known",
  "/problems",
  "/public-key",
  "/healthz",
  "/readyz",
  "/docs",
];

const proxy = Object.fromEntries(
  servicePaths.map((path) => [
    path,
    {
      target: service,
      changeOrigin: true,
      // The service refuses foreign origins, so it is told its own, as it would be when it
      // serves the app itself.
      headers: { origin: new URL(service).origin },
    },
  ]),
);

export default defineConfig({
  plugins: [react(), themeCss()],
  server: { host: "127.0.0.1", port: 5173, strictPort: true, proxy },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    // `data:` fonts and scripts are outside the content security policy: keep files as files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The libraries ask that their licences go with the copies of them.
    license: { fileName: "licenses.txt" },
  },
  test: { include: ["src/**/*.test.ts", "build/*.test.ts"], environment: "node" },
});
