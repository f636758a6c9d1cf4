// The line at the bottom of every page.
import classes from "./footer.module.css";

export function Footer() {
  return (
    <footer className={classes.footer}>
      {/* A page of the service, not of this app. */}
      <a href="/docs">API documentation</a>
    </footer>
  );
}
