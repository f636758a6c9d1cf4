// The frame of the pages before one is signed in: the mark, a card, and a line below it.
import { Paper } from "@mantine/core";
import type { ReactNode } from "react";
import { ColorSchemeToggle } from "./color-scheme-toggle.tsx";
import classes from "./door.module.css";
import { Footer } from "./footer.tsx";
import { Mark } from "./icons.tsx";
import { PageTitle } from "./page-title.tsx";

export function Door(props: {
  title: string;
  subtitle?: string;
  below?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={classes.page}>
      <div className={classes.corner}>
        <ColorSchemeToggle />
      </div>
      <main className={classes.main}>
        <div className={classes.head}>
          <Mark size={52} />
          <PageTitle document={props.title} className={classes.title}>
            {props.title}
          </PageTitle>
          {props.subtitle && <p className={classes.subtitle}>{props.subtitle}</p>}
        </div>
        <Paper withBorder shadow="sm" className={classes.card}>
          {props.children}
        </Paper>
        {props.below && <p className={classes.below}>{props.below}</p>}
      </main>
      <Footer />
    </div>
  );
}
