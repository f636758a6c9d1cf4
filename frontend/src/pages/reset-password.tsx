// The page for who has forgotten their password: it asks for the mail, and is where the link in that leads to.
import { Alert, Anchor, Button, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { Link } from "wouter";
import { askForReset, resetPassword } from "../api/accounts.ts";
import { useServices } from "../session/context.tsx";
import { Door } from "../ui/door.tsx";
import formClasses from "../ui/door.module.css";
import { InfoIcon } from "../ui/icons.tsx";
import { InsecureNotice } from "../ui/insecure-notice.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { FormProblem } from "../ui/problem.tsx";
import { useFragment } from "../ui/use-fragment.ts";
import { useSubmit } from "../ui/use-submit.ts";

export function ResetPasswordPage() {
  const token = useFragment("token");
  // Another link in the same tab begins anew.
  return token === null ? <AskPage /> : <SetPage key={token} token={token} />;
}

function AskPage() {
  const { client } = useServices();
  const { form, pending, error, submit } = useSubmit();
  const [email, setEmail] = useState("");
  const [asked, setAsked] = useState(false);

  function onSubmit(event: SubmitEvent) {
    event.preventDefault();
    void submit(async () => {
      await askForReset(client, email);
      setAsked(true);
    });
  }

  return (
    <Door title="Set a new password" below={<SignInLink />}>
      {asked ? (
        <Alert icon={<InfoIcon />} title="Look into your mail">
          If there is an account with this address, a mail with a link is on its way to it. The link
          is good for an hour.
        </Alert>
      ) : (
        <form ref={form} className={formClasses.form} onSubmit={onSubmit}>
          <FormProblem title="The mail was not asked for" error={error} fields={["email"]} />
          <TextInput
            label="E-mail address"
            description="A link to set a new password is sent to it."
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
          <Button type="submit" size="md" fullWidth loading={pending}>
            Send the mail
          </Button>
        </form>
      )}
    </Door>
  );
}

function SetPage({ token }: { token: string }) {
  const { client } = useServices();
  const { form, pending, error, submit } = useSubmit();
  const [password, setPassword] = useState("");
  const [done, setDone] = useState(false);

  function onSubmit(event: SubmitEvent) {
    event.preventDefault();
    void submit(async () => {
      await resetPassword(client, { token, new_password: password });
      setDone(true);
    });
  }

  if (done) {
    return (
      <Door title="Set a new password" below={<SignInLink />}>
        <Alert icon={<InfoIcon />} title="Your new password is set">
          All devices were signed out. Sign in with the new password.
        </Alert>
      </Door>
    );
  }
  const worthless = error?.fields.token !== undefined;
  return (
    <Door title="Set a new password" below={worthless ? <AskAgainLink /> : <SignInLink />}>
      <form ref={form} className={formClasses.form} onSubmit={onSubmit}>
        <InsecureNotice />
        <FormProblem
          title={worthless ? "This link is not good any more" : "The password was not set"}
          error={error}
          fields={["new_password"]}
          plain={["token"]}
        />
        <PasswordField
          autoComplete="new-password"
          description="At least 8 characters. Long is better than complicated."
          value={password}
          error={error?.fields.new_password}
          onChange={setPassword}
        />
        <Button type="submit" size="md" fullWidth loading={pending}>
          Set the password
        </Button>
      </form>
    </Door>
  );
}

function SignInLink() {
  return (
    <Anchor component={Link} href="/signin" underline="always">
      Go to sign in
    </Anchor>
  );
}

/** Without what stands behind `#`, the page asks for another mail. */
function AskAgainLink() {
  return (
    <Anchor href="#" underline="always">
      Ask for another mail
    </Anchor>
  );
}
