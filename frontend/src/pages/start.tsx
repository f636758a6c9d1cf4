// What is shown until it is known whether one is signed in, or when that cannot be found out.
import { Loader } from "@mantine/core";
import { useEffect, useState } from "react";
import { useServices } from "../session/context.tsx";
import type { Session } from "../session/store.ts";
import { Door } from "../ui/door.tsx";
import { Problem } from "../ui/problem.tsx";
import classes from "./start.module.css";

export function StartPage({ session }: { session: Session }) {
  if (session.status === "unknown") return <UnknownPage session={session} />;
  return (
    <div className={classes.starting} role="status" aria-label="Opening Rondo">
      <Loader />
    </div>
  );
}

function UnknownPage({ session }: { session: Extract<Session, { status: "unknown" }> }) {
  const store = useServices().session;
  const [retrying, setRetrying] = useState(false);

  async function retry() {
    setRetrying(true);
    await store.restore();
    setRetrying(false);
  }

  useEffect(() => {
    const onOnline = () => void store.restore();
    window.addEventListener("online", onOnline);
    return () => window.removeEventListener("online", onOnline);
  }, [store]);

  return (
    <Door title="Rondo">
      <Problem
        title="Your session could not be opened"
        error={session.error}
        onRetry={() => void retry()}
        retrying={retrying}
      />
    </Door>
  );
}
