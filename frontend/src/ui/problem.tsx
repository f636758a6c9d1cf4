// A failure in the place of what it kept from being shown, with a way on.
import { Alert, Button } from "@mantine/core";
import { explain, type ApiError } from "../api/errors.ts";
import { WarningIcon } from "./icons.tsx";
import classes from "./problem.module.css";

export function Problem(props: {
  title: string;
  error: ApiError;
  onRetry?: () => void;
  retrying?: boolean;
}) {
  return (
    <Alert color="red" icon={<WarningIcon />} title={props.title} className={classes.problem}>
      {explain(props.error)}
      {props.onRetry && (
        <div>
          <Button
            className={classes.retry}
            size="compact-sm"
            variant="default"
            loading={props.retrying ?? false}
            onClick={props.onRetry}
          >
            Try again
          </Button>
        </div>
      )}
    </Alert>
  );
}

/**
 * What is wrong with a form and does not belong to one of the `fields` that it shows. Those that are `plain` have no
 * name that means something to a person.
 */
export function FormProblem(props: {
  title: string;
  error: ApiError | null;
  fields: string[];
  plain?: string[];
}) {
  if (props.error === null) return null;
  const placed = props.fields.some((field) => field in (props.error?.fields ?? {}));
  const elsewhere = Object.entries(props.error.fields)
    .filter(([field]) => !props.fields.includes(field))
    .map(([field, detail]) =>
      field === "" || props.plain?.includes(field) ? detail : `${field}: ${detail}`,
    );
  if (placed && elsewhere.length === 0) return null;
  return (
    <Alert color="red" icon={<WarningIcon />} title={props.title} className={classes.problem}>
      {elsewhere.length > 0 ? elsewhere.join(" ") : explain(props.error)}
    </Alert>
  );
}
