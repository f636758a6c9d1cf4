// The bar on top of the pages for people who are signed in.
import { Button } from "@mantine/core";
import { useState } from "react";
import { asApiError } from "../api/errors.ts";
import { useServices, useUser } from "../session/context.tsx";
import { ColorSchemeToggle } from "./color-scheme-toggle.tsx";
import classes from "./header.module.css";
import { Mark } from "./icons.tsx";
import { useNotices } from "./notices.tsx";

export function Header() {
  const user = useUser();
  return (
    <header className={classes.header}>
      <div className={classes.brand}>
        <Mark size={30} />
        <span>Rondo</span>
      </div>
      <div className={classes.person}>
        <span className={classes.name} title={user.email ?? undefined}>
          {user.name || user.email}
        </span>
        <ColorSchemeToggle />
        <SignOutButton />
      </div>
    </header>
  );
}

function SignOutButton() {
  const { session } = useServices();
  const { failed } = useNotices();
  const [pending, setPending] = useState(false);

  async function signOut() {
    setPending(true);
    try {
      await session.signOut();
    } catch (error) {
      setPending(false);
      failed("You are still signed in.", asApiError(error), () => void signOut());
    }
  }

  return (
    <Button variant="default" size="sm" loading={pending} onClick={signOut}>
      Sign out
    </Button>
  );
}
