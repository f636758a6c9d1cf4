// The look of the app: colours, type and defaults. build/theme-css.ts makes the style sheet of it.
import { createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "evergreen",
  // White on shade 8 has a contrast of 5.9, in both schemes.
  primaryShade: 8,
  colors: {
    evergreen: [
      "#ebf8f4",
      "#d6efe7",
      "#aedfd0",
      "#82cdb6",
      "#5cbda0",
      "#43b292",
      "#2fa383",
      "#1b8a6d",
      "#0f7259",
      "#065a46",
    ],
    // Mantine's greys of the dark scheme, with a breath of the green.
    dark: [
      "#d9dfdc",
      "#bac3bf",
      "#98a39f",
      "#727d79",
      "#47524e",
      "#343e3b",
      "#29322f",
      "#1d2422",
      "#151b19",
      "#0e1312",
    ],
  },
  black: "#17211e",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif, "Apple Color Emoji", "Segoe UI Emoji"',
  headings: {
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
    fontWeight: "650",
  },
});

// Where Mantine's own choice has too little contrast to be read by everyone (WCAG 2.2, 1.4.3), and
// the variables of this app's own styles.
export const cssVariables: CSSVariablesResolver = (theme) => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#56645f",
    "--mantine-color-placeholder": "#66736e",
    "--mantine-color-error": "#c0281f",
    "--mantine-color-default-border": "#c3ccc8",
    "--mantine-color-red-light": "#fdebe9",
    "--mantine-color-red-light-color": "#a8221a",
    "--mantine-color-orange-light": "#fdf0e0",
    "--mantine-color-orange-light-color": "#9a3b06",
    "--rondo-canvas": "#f2f5f3",
    "--rondo-canvas-glow": "#dcefe7",
    "--rondo-hairline": "#e3e9e6",
    "--rondo-track": "#e4eae7",
    "--rondo-late": "#b3261e",
    "--rondo-control-border": "#7c8985",
    "--rondo-focus": theme.colors.evergreen?.[8] ?? "currentColor",
  },
  dark: {
    "--mantine-color-dimmed": "var(--mantine-color-dark-2)",
    "--mantine-color-placeholder": "#8a9692",
    "--mantine-color-error": "#ff8f85",
    "--mantine-color-red-light": "#3b1b18",
    "--mantine-color-red-light-color": "#ffb3aa",
    "--mantine-color-orange-light": "#38260f",
    "--mantine-color-orange-light-color": "#ffc078",
    "--rondo-canvas": "var(--mantine-color-dark-9)",
    "--rondo-canvas-glow": "#12312a",
    "--rondo-hairline": "var(--mantine-color-dark-5)",
    "--rondo-track": "var(--mantine-color-dark-7)",
    "--rondo-late": "#ff9b92",
    "--rondo-control-border": "#7d8884",
    "--rondo-focus": theme.colors.evergreen?.[4] ?? "currentColor",
  },
});
