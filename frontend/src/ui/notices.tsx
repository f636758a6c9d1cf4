// Short messages over the page: seen by everyone, and spoken by screen readers.
import { Button, Notification, VisuallyHidden } from "@mantine/core";
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from "react";
import { explain, type ApiError } from "../api/errors.ts";
import { WarningIcon } from "./icons.tsx";
import classes from "./notices.module.css";

interface Notice {
  id: number;
  title: string;
  text: string;
  retry?: () => void;
}

interface Notices {
  /** Shows that something went wrong, until it is closed; `retry` offers to do it again. */
  failed: (what: string, error: ApiError, retry?: () => void) => void;
  /** Tells screen readers what sighted people see happen. */
  announce: (text: string) => void;
}

const MAX_NOTICES = 3;

const NoticesContext = createContext<Notices | null>(null);

export function useNotices(): Notices {
  const notices = use(NoticesContext);
  if (notices === null) throw new Error("useNotices outside of NoticesProvider");
  return notices;
}

let lastId = 0;

export function NoticesProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Notice[]>([]);
  const [announced, setAnnounced] = useState("");

  const close = useCallback((id: number) => {
    setShown((notices) => notices.filter((notice) => notice.id !== id));
  }, []);

  const notices = useMemo<Notices>(
    () => ({
      failed: (title, error, retry) => {
        lastId += 1;
        const notice = { id: lastId, title, text: explain(error), ...(retry && { retry }) };
        setShown((before) => [...before, notice].slice(-MAX_NOTICES));
      },
      // A text that is already there would not be spoken again: the space makes it another one.
      announce: (text) => setAnnounced((before) => (before === text ? `${text}\u00a0` : text)),
    }),
    [],
  );

  return (
    <NoticesContext value={notices}>
      {children}
      <VisuallyHidden role="status">{announced}</VisuallyHidden>
      <section className={classes.stack} aria-label="Messages">
        {shown.map(({ id, title, text, retry }) => (
          <Notification
            key={id}
            classNames={{ root: classes.notice, description: classes.text }}
            title={title}
            icon={<WarningIcon />}
            color="red"
            withBorder
            onClose={() => close(id)}
            closeButtonProps={{ "aria-label": "Close this message" }}
          >
            {text}
            {retry && (
              <div>
                <Button
                  className={classes.retry}
                  size="compact-sm"
                  variant="light"
                  onClick={() => {
                    close(id);
                    retry();
                  }}
                >
                  Try again
                </Button>
              </div>
            )}
          </Notification>
        ))}
      </section>
    </NoticesContext>
  );
}
