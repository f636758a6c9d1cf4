// What a link has behind `#`: it is sent to no server, so the secrets of mails stand there.
import { useSyncExternalStore } from "react";

/** The value of this name (`#name=value`), also when it changes; null if there is none. */
export function useFragment(name: string): string | null {
  const fragment = useSyncExternalStore(subscribe, () => window.location.hash);
  return new URLSearchParams(fragment.slice(1)).get(name);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}
