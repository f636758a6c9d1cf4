// The field for a password, on every page that has one.
import { PasswordInput } from "@mantine/core";

export function PasswordField(props: {
  autoComplete: "current-password" | "new-password";
  description?: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  return (
    <PasswordInput
      label="Password"
      description={props.description}
      name="password"
      autoComplete={props.autoComplete}
      required
      withAsterisk={false}
      size="md"
      value={props.value}
      error={props.error}
      // Mantine marks its other fields by itself, this one not.
      aria-invalid={props.error !== undefined}
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}
