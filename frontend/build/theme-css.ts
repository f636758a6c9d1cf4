// A build step: Mantine's CSS variables, computed from src/theme.ts, as a style sheet file.
//
// At run time Mantine would put them into a <style> element, which the service's content security
// policy (`style-src 'self'`) blocks. So MantineProvider is told not to, and the page imports
// `virtual:theme.css` instead.
import {
  DEFAULT_THEME,
  convertCssVariables,
  deepMerge,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from "@mantine/core";
import type { Plugin } from "vite";
import { cssVariables, theme } from "../src/theme.ts";

const id = "virtual:theme.css";
const resolvedId = `\0${id}`;

export function themeCss(): Plugin {
  return {
    name: "rondo-theme-css",
    resolveId: (source) => (source === id ? resolvedId : undefined),
    load: (source) => (source === resolvedId ? render() : undefined),
  };
}

function render(): string {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme);
  return convertCssVariables(
    deepMerge(defaultCssVariablesResolver(merged), cssVariables(merged)),
    ":root",
  );
}
