// Passkeys, as browsers know them (Web Authentication).
import type { PasskeyAnswered } from "../api/accounts.ts";
import { ApiError } from "../api/errors.ts";
import type { PasskeyOptions } from "../api/schema.d.ts";

/** Whether this browser has passkeys for this page: they are of a name, never of a numeric address. */
export function hasPasskeys(): boolean {
  const isNumeric = /^[\d.]+$|^\[/.test(window.location.hostname);
  return (
    !isNumeric &&
    window.isSecureContext &&
    "PublicKeyCredential" in window &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function"
  );
}

/** Asks the person for a passkey. Throws ApiError, also when they do not want to. */
export async function showPasskey(asked: PasskeyOptions): Promise<PasskeyAnswered> {
  // The service writes what browsers read here.
  const options = asked.options as unknown as PublicKeyCredentialRequestOptionsJSON;
  let credential: Credential | null;
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    credential = await navigator.credentials.get({ publicKey });
  } catch {
    credential = null;
  }
  if (credential === null) {
    throw new ApiError(403, { detail: "No passkey was shown." });
  }
  return { ticket: asked.ticket, answer: JSON.stringify(credential) };
}
