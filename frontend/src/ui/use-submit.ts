// The life of a form that is sent: under way, failed, or done.
import { useEffect, useRef, useState } from "react";
import { asApiError, type ApiError } from "../api/errors.ts";

export function useSubmit() {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const form = useRef<HTMLFormElement>(null);

  // Where something is to be mended, there the keyboard goes.
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [error]);

  async function submit(work: () => Promise<void>): Promise<void> {
    setPending(true);
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setPending(false);
    }
  }

  /** What was wrong is about something that is not there any more. */
  function forget(): void {
    setError(null);
  }

  return { form, pending, error, submit, forget };
}
