// The second step of a sign-in: what an account asks for beside its password, or beside the sign-in at a provider.
import { Alert, Anchor, Button, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import type { Proof, SecondFactor } from "../api/accounts.ts";
import { ApiError } from "../api/errors.ts";
import formClasses from "../ui/door.module.css";
import { WarningIcon } from "../ui/icons.tsx";
import { FormProblem } from "../ui/problem.tsx";
import { useSubmit } from "../ui/use-submit.ts";
import { useServices } from "./context.tsx";
import { hasPasskeys, showPasskey } from "./passkey.ts";

type Typed = "code" | "recovery_code";

/** What a sign-in page finds in its address when the service sends somebody there who has done the first step. */
export function readSecondFactor(fragment: string | null): SecondFactor | null {
  if (fragment === null) return null;
  try {
    const base64 = fragment.replaceAll("-", "+").replaceAll("_", "/");
    const asked: unknown = JSON.parse(atob(base64));
    return isSecondFactor(asked) ? asked : null;
  } catch {
    return null;
  }
}

function isSecondFactor(asked: unknown): asked is SecondFactor {
  return (
    typeof asked === "object" &&
    asked !== null &&
    "ticket" in asked &&
    typeof asked.ticket === "string" &&
    "methods" in asked &&
    Array.isArray(asked.methods)
  );
}

export function SecondStep({ asked, onBack }: { asked: SecondFactor; onBack: () => void }) {
  const { session } = useServices();
  const { form, pending, error, submit, forget } = useSubmit();
  const typable = (["code", "recovery_code"] as const).filter((it) => asked.methods.includes(it));
  const [typed, setTyped] = useState<Typed | undefined>(typable[0]);
  const [text, setText] = useState("");
  const passkey = hasPasskeys() ? asked.passkey : null;
  const other = typable.find((it) => it !== typed);

  function show(proof: () => Promise<Proof>) {
    void submit(async () => {
      try {
        await session.finishSignIn(asked.ticket, await proof());
      } catch (thrown) {
        // What was wrong is of no more use; what could not be looked at is.
        if (thrown instanceof ApiError && thrown.status === 401) setText("");
        throw thrown;
      }
    });
  }

  function onSubmit(event: SubmitEvent) {
    event.preventDefault();
    const kept = text.trim();
    show(() => Promise.resolve(typed === "code" ? { code: kept } : { recovery_code: kept }));
  }

  const wrong = error?.status === 401;
  const unreadable = error?.failure === "invalid";
  return (
    <form ref={form} className={formClasses.form} onSubmit={onSubmit}>
      <FormProblem
        title={wrong || unreadable ? "This did not match" : "You could not be signed in"}
        error={(wrong || unreadable) && typed !== undefined ? null : error}
        fields={[]}
      />
      {typed === undefined && !passkey && (
        <Alert color="orange" icon={<WarningIcon />} title="This browser cannot show it">
          The account has a passkey, and nothing else. Sign in with a browser that has passkeys, at
          the address that it was made for.
        </Alert>
      )}
      {typed !== undefined && (
        <>
          <TextInput
            key={typed}
            label={typed === "code" ? "Code" : "Recovery code"}
            description={
              typed === "code"
                ? "The six digits that your authenticator shows."
                : "One of those that you have kept. Each is good once."
            }
            name={typed}
            autoComplete={typed === "code" ? "one-time-code" : "off"}
            inputMode={typed === "code" ? "numeric" : "text"}
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            maxLength={40}
            required
            withAsterisk={false}
            autoFocus
            size="md"
            value={text}
            error={(wrong || unreadable) && didNotMatch.message}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit" size="md" fullWidth loading={pending}>
            Continue
          </Button>
        </>
      )}
      {passkey && (
        <Button
          variant={typed === undefined ? "filled" : "default"}
          size="md"
          fullWidth
          disabled={pending}
          onClick={() => show(async () => ({ passkey: await showPasskey(passkey) }))}
        >
          Use a passkey
        </Button>
      )}
      {other !== undefined && (
        <Anchor
          component="button"
          type="button"
          size="sm"
          ta="center"
          onClick={() => {
            setTyped(other);
            setText("");
            forget();
          }}
        >
          {other === "code" ? "Use the authenticator" : "Use a recovery code"}
        </Anchor>
      )}
      <Anchor
        component="button"
        type="button"
        size="sm"
        ta="center"
        disabled={pending}
        onClick={onBack}
      >
        Sign in as somebody else
      </Anchor>
    </form>
  );
}

/** A ticket that has ended is refused alike: what is shown is wrong, or it came too late. */
const didNotMatch = new ApiError(401, {
  detail: "It is wrong, was used before, or more than five minutes have passed: then sign in anew.",
});
