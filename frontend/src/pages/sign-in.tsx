// The sign-in page.
import { Alert, Anchor, Button, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { askForPasskey, type SecondFactor } from "../api/accounts.ts";
import { ApiError } from "../api/errors.ts";
import { useServices, useSession } from "../session/context.tsx";
import { ProviderButtons } from "../session/provider-buttons.tsx";
import { hasPasskeys, showPasskey } from "../session/passkey.ts";
import { onTheWay } from "../session/return-path.ts";
import { readSecondFactor, SecondStep } from "../session/second-step.tsx";
import { Door } from "../ui/door.tsx";
import formClasses from "../ui/door.module.css";
import { InfoIcon } from "../ui/icons.tsx";
import { InsecureNotice } from "../ui/insecure-notice.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { FormProblem } from "../ui/problem.tsx";
import { useFragment } from "../ui/use-fragment.ts";
import { useSubmit } from "../ui/use-submit.ts";

export function SignInPage() {
  // Who comes back from a provider has done the first step; what is to be shown yet stands behind `#`.
  const brought = useFragment("second_factor");
  const [asked, setAsked] = useState<SecondFactor | null>(() => readSecondFactor(brought));
  const [, navigate] = useLocation();
  const search = useSearch();
  if (asked === null) return <FirstStep onAsked={setAsked} />;
  return (
    <Door title="One more step" subtitle="This account has a second factor.">
      <SecondStep
        asked={asked}
        onBack={() => {
          setAsked(null);
          navigate(onTheWay("/signin", search), { replace: true });
        }}
      />
    </Door>
  );
}

function FirstStep({ onAsked }: { onAsked: (asked: SecondFactor) => void }) {
  const { client, session } = useServices();
  const search = useSearch();
  const { form, pending, error, submit } = useSubmit();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");

  function onSubmit(event: SubmitEvent) {
    event.preventDefault();
    void submit(async () => {
      try {
        const asked = await session.signIn({ email, password });
        if (asked !== null) onAsked(asked);
      } catch (thrown) {
        setPassword("");
        throw thrown;
      }
    });
  }

  function onPasskey() {
    void submit(async () => {
      const passkey = await showPasskey(await askForPasskey(client));
      try {
        await session.signInByPasskey(passkey);
      } catch (thrown) {
        const unknown = thrown instanceof ApiError && thrown.status === 401;
        throw unknown ? new ApiError(403, { detail: "Nobody here has this passkey." }) : thrown;
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
        {hasPasskeys() && (
          <Button variant="default" size="md" fullWidth disabled={pending} onClick={onPasskey}>
            Sign in with a passkey
          </Button>
        )}
        <ProviderButtons />
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
