// Hands the client, the session and the person signed in to the views.
import { createContext, use, useSyncExternalStore, type ReactNode } from "react";
import type { ApiClient } from "../api/client.ts";
import type { User } from "../api/schema.d.ts";
import type { Session, SessionStore } from "./store.ts";

export interface Services {
  client: ApiClient;
  session: SessionStore;
}

const ServicesContext = createContext<Services | null>(null);

/** Filled by <SignedInOnly> in guards.tsx. */
export const UserContext = createContext<User | null>(null);

export function ServicesProvider(props: { services: Services; children: ReactNode }) {
  return <ServicesContext value={props.services}>{props.children}</ServicesContext>;
}

export function useServices(): Services {
  const services = use(ServicesContext);
  if (services === null) throw new Error("useServices outside of ServicesProvider");
  return services;
}

export function useSession(): Session {
  const { session } = useServices();
  return useSyncExternalStore(session.subscribe, session.get);
}

/** The person signed in; only inside <SignedInOnly>. */
export function useUser(): User {
  const user = use(UserContext);
  if (user === null) throw new Error("useUser outside of SignedInOnly");
  return user;
}
