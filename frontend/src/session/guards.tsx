// Keeps each page for those it is meant for, and sends the others where they belong.
import type { ReactNode } from "react";
import { Redirect } from "wouter";
import { StartPage } from "../pages/start.tsx";
import { UserContext, useSession } from "./context.tsx";

export function SignedInOnly({ children }: { children: ReactNode }) {
  const session = useSession();
  if (session.status === "signed-out") return <Redirect to="/signin" replace />;
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
  if (session.status === "signed-in") return <Redirect to="/" replace />;
  if (session.status !== "signed-out") return <StartPage session={session} />;
  return children;
}
