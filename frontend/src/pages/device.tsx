// The page on which somebody lets a program in that has no browser of its own: its code is typed here.
import { Alert, Anchor, Button, TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type ReactNode, type SubmitEvent } from "react";
import { Link, useSearch } from "wouter";
import { answerDevice, findDevice } from "../api/device.ts";
import { ApiError } from "../api/errors.ts";
import type { DeviceRequest } from "../api/schema.d.ts";
import { useServices, useUser } from "../session/context.tsx";
import { Door } from "../ui/door.tsx";
import formClasses from "../ui/door.module.css";
import { InfoIcon, WarningIcon } from "../ui/icons.tsx";
import { FormProblem } from "../ui/problem.tsx";
import { useSubmit } from "../ui/use-submit.ts";
import classes from "./device.module.css";

type Stage =
  | { at: "code" }
  | { at: "request"; code: string; request: DeviceRequest }
  | { at: "answered"; allowed: boolean };

export function DevicePage() {
  const user = useUser();
  const [stage, setStage] = useState<Stage>({ at: "code" });
  return (
    <Door
      title="Let a device in"
      below={
        stage.at === "answered" ? (
          <Anchor component={Link} href="/" underline="always">
            Go to your to-dos
          </Anchor>
        ) : (
          <>You are signed in as {user.name || user.email}.</>
        )
      }
    >
      {stage.at === "code" && <CodeForm onFound={setStage} />}
      {stage.at === "request" && (
        <RequestForm stage={stage} onAnswered={setStage} onBack={() => setStage({ at: "code" })} />
      )}
      {stage.at === "answered" && <Answered allowed={stage.allowed} />}
    </Door>
  );
}

function CodeForm({ onFound }: { onFound: (stage: Stage) => void }) {
  const { client } = useServices();
  const search = useSearch();
  const { form, pending, error, submit } = useSubmit();
  const [code, setCode] = useState(() => new URLSearchParams(search).get("user_code") ?? "");

  function onSubmit(event: SubmitEvent) {
    event.preventDefault();
    void submit(async () => {
      onFound({ at: "request", code, request: await findDevice(client, code) });
    });
  }

  const unknown = error?.failure === "not-found";
  return (
    <form ref={form} className={formClasses.form} onSubmit={onSubmit}>
      <FormProblem title="This did not work" error={unknown ? null : error} fields={[]} />
      <TextInput
        label="Code"
        description="The eight letters that the device shows."
        name="user_code"
        placeholder="BCDF-GHJK"
        autoComplete="off"
        autoCapitalize="characters"
        autoCorrect="off"
        spellCheck={false}
        maxLength={40}
        required
        withAsterisk={false}
        autoFocus
        size="md"
        classNames={{ input: classes.code }}
        value={code}
        error={unknown && "There is no such code. Codes end after ten minutes: look at the device."}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Button type="submit" size="md" fullWidth loading={pending}>
        Continue
      </Button>
    </form>
  );
}

function RequestForm(props: {
  stage: Extract<Stage, { at: "request" }>;
  onAnswered: (stage: Stage) => void;
  onBack: () => void;
}) {
  const { code, request } = props.stage;
  const { client } = useServices();
  const { pending, error, submit } = useSubmit();
  const heading = useRef<HTMLHeadingElement>(null);
  const [answering, setAnswering] = useState<boolean | null>(null);

  // Keyboard and screen reader go on with what has come.
  useEffect(() => heading.current?.focus(), []);

  function answer(allow: boolean) {
    setAnswering(allow);
    void submit(async () => {
      await answerDevice(client, code, allow);
      props.onAnswered({ at: "answered", allowed: allow });
    });
  }

  const gone = error?.failure === "not-found";
  return (
    <div className={formClasses.form}>
      <FormProblem title="This did not work" error={gone ? codeIsGone : error} fields={[]} />
      <h2 ref={heading} tabIndex={-1} className={classes.heading}>
        {programName(request.client)} wants to use your account
      </h2>
      <dl className={classes.facts}>
        <Fact name="Device">{request.device || "It does not say"}</Fact>
        <Fact name="Asks from">{request.address}</Fact>
        <Fact name="Asked">
          <time dateTime={request.asked_at}>{moment(request.asked_at)}</time>
        </Fact>
        <Fact name="It may then">
          <ul className={classes.scopes}>
            {request.scopes.map((scope) => (
              <li key={scope}>{scopeName(scope)}</li>
            ))}
          </ul>
        </Fact>
      </dl>
      <Alert color="orange" icon={<WarningIcon />} role="note" title="Is it yours?">
        Allow this only if you have just started it yourself, and it shows the code{" "}
        <strong className={classes.shown}>{spelt(code)}</strong>.
      </Alert>
      <div className={classes.answers}>
        <Button
          size="md"
          variant="default"
          disabled={pending}
          loading={pending && answering === false}
          onClick={() => answer(false)}
        >
          Refuse
        </Button>
        <Button
          size="md"
          disabled={pending}
          loading={pending && answering === true}
          onClick={() => answer(true)}
        >
          Allow
        </Button>
      </div>
      {gone && (
        <Button variant="subtle" onClick={props.onBack}>
          Type another code
        </Button>
      )}
    </div>
  );
}

function Answered({ allowed }: { allowed: boolean }) {
  return (
    <div role="status">
      <Alert
        color={allowed ? "evergreen" : "orange"}
        icon={<InfoIcon />}
        role="presentation"
        title={allowed ? "The device is let in" : "The device was refused"}
      >
        {allowed
          ? "Go back to it: it goes on within some seconds. Sign out there when you need it no more."
          : "It is told so, and can do nothing with your account."}
      </Alert>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const codeIsGone = new ApiError(404, {
  detail: "The code has ended, or was answered already. Begin again on the device.",
});

function programName(client: string): string {
  return client === "rondo-cli" ? "The command line of Rondo" : client;
}

function scopeName(scope: string): string {
  switch (scope) {
    case "todo:read":
      return "see your to-dos and lists";
    case "todo:write":
      return "add, change and delete to-dos and lists";
    case "profile":
      return "see and change your profile and your sessions";
    case "admin":
      return "administer this service with all its accounts, as far as you may";
    default:
      return scope;
  }
}

function moment(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** As the device shows it, however it was typed. */
function spelt(code: string): string {
  const letters = code.replace(/[^a-z0-9]/gi, "").toUpperCase();
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
