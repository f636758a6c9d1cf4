// The page on which an account is made.
import { Anchor, Button, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { Link, useSearch } from "wouter";
import { useServices } from "../session/context.tsx";
import { onTheWay } from "../session/return-path.ts";
import { Door } from "../ui/door.tsx";
import formClasses from "../ui/door.module.css";
import { InsecureNotice } from "../ui/insecure-notice.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { FormProblem } from "../ui/problem.tsx";
import { useFragment } from "../ui/use-fragment.ts";
import { useSubmit } from "../ui/use-submit.ts";

const FIELDS = ["name", "email", "password"];

export function RegisterPage() {
  const { session } = useServices();
  // Of a link that came with an invitation.
  const invitation = useFragment("invitation");
  const search = useSearch();
  const { form, pending, error, submit } = useSubmit();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  // The account that this page has made, in case that signing in to it failed and is tried again.
  const [created, setCreated] = useState<string | null>(null);

  function onSubmit(event: SubmitEvent) {
    event.preventDefault();
    void submit(async () => {
      if (created !== email) {
        const givenName = name.trim();
        await session.register({
          email,
          password,
          ...(givenName && { name: givenName }),
          ...(invitation !== null && { invitation }),
        });
        setCreated(email);
      }
      await session.signIn({ email, password });
    });
  }

  const taken = error?.failure === "conflict";
  return (
    <Door
      title="Create an account"
      {...(invitation !== null && {
        subtitle: "With the e-mail address that the invitation came to.",
      })}
      below={
        <>
          Already have one?{" "}
          <Anchor component={Link} href={onTheWay("/signin", search)} underline="always">
            Sign in
          </Anchor>
        </>
      }
    >
      <form ref={form} className={formClasses.form} onSubmit={onSubmit}>
        <InsecureNotice />
        {!taken && (
          <FormProblem
            title={created === email ? "You are not signed in yet" : "The account was not created"}
            error={error}
            fields={FIELDS}
            plain={["invitation"]}
          />
        )}
        <TextInput
          label="Name"
          description="Optional: how the app calls you."
          name="name"
          autoComplete="name"
          size="md"
          value={name}
          error={error?.fields.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="E-mail address"
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          size="md"
          value={email}
          error={taken ? "There is an account with this e-mail address." : error?.fields.email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordField
          autoComplete="new-password"
          description="At least 8 characters. Long is better than complicated."
          value={password}
          error={error?.fields.password}
          onChange={setPassword}
        />
        <Button type="submit" size="md" fullWidth loading={pending}>
          Create account
        </Button>
      </form>
    </Door>
  );
}
