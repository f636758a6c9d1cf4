// The sign-in page.
import { Alert, Anchor, Button, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { Link, useSearch } from "wouter";
import { ApiError } from "../api/errors.ts";
import { useServices, useSession } from "../session/context.tsx";
import { onTheWay } from "../session/return-path.ts";
import { Door } from "../ui/door.tsx";
import formClasses from "../ui/door.module.css";
import { InfoIcon } from "../ui/icons.tsx";
import { InsecureNotice } from "../ui/insecure-notice.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { FormProblem } from "../ui/problem.tsx";
import { useSubmit } from "../ui/use-submit.ts";

export function SignInPage() {
  const { session } = useServices();
  const search = useSearch();
  const { form, pending, error, submit } = useSubmit();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");

  function onSubmit(event: SubmitEvent) {
    event.preventDefault();
    void submit(async () => {
      try {
        await session.signIn({ email, password });
      } catch (thrown) {
        setPassword("");
        throw thrown;
      }
    });
  }

  const wrong = error?.status === 401;
  return (
    <Door
      title="Sign in"
      subtitle="Your to-dos, on your own server."
      below={
        <>
          New here?{" "}
          <Anchor component={Link} href={onTheWay("/register", search)} underline="always">
            Create an account
          </Anchor>
        </>
      }
    >
      <form ref={form} className={formClasses.form} onSubmit={onSubmit}>
        <InsecureNotice />
        <SessionEndedNotice />
        <FormProblem
          title={wrong ? "This did not match" : "You could not be signed in"}
          error={wrong ? wrongCredentials : error}
          fields={["email", "password"]}
        />
        <TextInput
          label="E-mail address"
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          size="md"
          value={email}
          error={error?.fields.email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordField
          autoComplete="current-password"
          value={password}
          error={error?.fields.password}
          onChange={setPassword}
        />
        <Button type="submit" size="md" fullWidth loading={pending}>
          Sign in
        </Button>
        <Anchor component={Link} href="/reset-password" size="sm" ta="center">
          Forgot your password?
        </Anchor>
      </form>
    </Door>
  );
}

/** The service says no more than that either, so that nobody learns who has an account. */
const wrongCredentials = new ApiError(401, {
  detail: "The e-mail address or the password is wrong.",
});

function SessionEndedNotice() {
  const session = useSession();
  if (session.status !== "signed-out" || !session.ended) return null;
  return (
    <Alert icon={<InfoIcon />} title="Your session has ended">
      Sign in again to go on.
    </Alert>
  );
}
