// The entry: builds the services once and puts the app into the page.
// First, so that the styles beside the components come after those of the library.
import "./styles/index.ts";

import { QueryClient } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiClient } from "./api/client.ts";
import { App } from "./app.tsx";
import { queryDefaults } from "./query-defaults.ts";
import { SessionStore } from "./session/store.ts";

const queryClient = new QueryClient({ defaultOptions: queryDefaults });
const client = new ApiClient();
const session = new SessionStore(client, () => queryClient.clear());
void session.restore();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App services={{ client, session }} queryClient={queryClient} />
  </StrictMode>,
);
