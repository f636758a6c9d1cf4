// A page's heading and the document's title. After a change of page it takes the focus, so that
// keyboard and screen reader begin where the new page begins.
import { Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useEffect, useRef, type ReactNode } from "react";

// The browser itself begins at the top of the first page.
let isFirstPage = true;

export function PageTitle(props: {
  document: string;
  children: ReactNode;
  className?: string | undefined;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useDocumentTitle(`${props.document} · Rondo`);
  useEffect(() => {
    // A field of the page that asked for the focus keeps it.
    if (!isFirstPage && (document.activeElement ?? document.body) === document.body) {
      heading.current?.focus({ preventScroll: true });
    }
    isFirstPage = false;
  }, []);
  return (
    <Title
      ref={heading}
      order={1}
      tabIndex={-1}
      {...(props.className && { className: props.className })}
    >
      {props.children}
    </Title>
  );
}
