// Why signing in cannot work well here: shown where the browser will drop the session's cookie.
import { Alert } from "@mantine/core";
import { WarningIcon } from "./icons.tsx";

export function InsecureNotice() {
  // Also true over plain http on this machine itself (localhost, 127.0.0.1).
  if (window.isSecureContext) return null;
  return (
    <Alert
      color="orange"
      icon={<WarningIcon />}
      title="This page was opened over plain http"
      role="note"
    >
      The browser will not keep the cookie that holds your session, so you would be signed out at
      the next reload, and your password would travel in the clear. Open this page over https.
    </Alert>
  );
}
