// The page that the mail of a verification leads to. Nothing happens before the button is pressed: programs that look
// at the links in mails press none.
import { Alert, Anchor, Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";
import { verifyEmail } from "../api/accounts.ts";
import { useServices } from "../session/context.tsx";
import { Door } from "../ui/door.tsx";
import formClasses from "../ui/door.module.css";
import { InfoIcon, WarningIcon } from "../ui/icons.tsx";
import { FormProblem } from "../ui/problem.tsx";
import { useFragment } from "../ui/use-fragment.ts";
import { useSubmit } from "../ui/use-submit.ts";

export function VerifyEmailPage() {
  const { client } = useServices();
  const token = useFragment("token");
  const { form, pending, error, submit } = useSubmit();
  const [verified, setVerified] = useState<string | null>(null);

  const worthless = token === null || error?.fields.token !== undefined;
  return (
    <Door
      title="Confirm your e-mail address"
      below={
        <Anchor component={Link} href="/" underline="always">
          Go to your to-dos
        </Anchor>
      }
    >
      {token !== null && verified === token ? (
        <Alert icon={<InfoIcon />} title="Your e-mail address is confirmed">
          There is nothing more to do here.
        </Alert>
      ) : worthless ? (
        <Alert color="red" icon={<WarningIcon />} title="This link is not good any more">
          It was used, is too old, or another one was sent since.
        </Alert>
      ) : (
        <form
          ref={form}
          className={formClasses.form}
          onSubmit={(event) => {
            event.preventDefault();
            void submit(async () => {
              await verifyEmail(client, token);
              setVerified(token);
            });
          }}
        >
          <FormProblem title="The address was not confirmed" error={error} fields={["token"]} />
          <Button type="submit" size="md" fullWidth loading={pending}>
            This is my address
          </Button>
        </form>
      )}
    </Door>
  );
}
