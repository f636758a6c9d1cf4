// Keeps each page for those it is meant for, and sends the others where they belong.
import type { ReactNode } from "react";
import { Redirect, useLocation, useSearch } from "wouter";
import { StartPage } from "../pages/start.tsx";
import { UserContext, useSession } from "./context.tsx";
import { returnPath, withReturn } from "./return-path.ts";

export function SignedInOnly({ children }: { children: ReactNode }) {
  const session = useSession();
  const [path] = useLocation();
  const search = useSearch();
  if (session.status === "signed-out") {
    const place = search === "" ? path : `${path}?${search}`;
    return <Redirect to={withReturn("/signin", place)} replace />;
  }
  if (session.status !== "signed-in") return <StartPage session={session} />;
  // The key makes the views forget what they hold when another person signs in in another tab.
  return (
    <UserContext key={session.user.id} value={session.user}>
      {children}
    </UserContext>
  );
}

export function SignedOutOnly({ children }: { children: ReactNode }) {
  const session = useSession();
  const search = useSearch();
  if (session.status === "signed-in") {
    return <Redirect to={returnPath(search, window.location.origin)} replace />;
  }
  if (session.status !== "signed-out") return <StartPage session={session} />;
  return children;
}
