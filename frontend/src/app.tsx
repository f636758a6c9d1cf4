// The frame of the app: what all pages share, and which path is which page.
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { Route, Switch } from "wouter";
import { DevicePage } from "./pages/device.tsx";
import { NotFoundPage } from "./pages/not-found.tsx";
import { RegisterPage } from "./pages/register.tsx";
import { ResetPasswordPage } from "./pages/reset-password.tsx";
import { SignInPage } from "./pages/sign-in.tsx";
import { TodosPage } from "./pages/todos.tsx";
import { VerifyEmailPage } from "./pages/verify-email.tsx";
import { ServicesProvider, type Services } from "./session/context.tsx";
import { SignedInOnly, SignedOutOnly } from "./session/guards.tsx";
import { theme } from "./theme.ts";
import { NoticesProvider } from "./ui/notices.tsx";

const colorSchemeManager = localStorageColorSchemeManager({ key: "rondo-color-scheme" });

export function App(props: { services: Services; queryClient: QueryClient }) {
  return (
    // The two `with…` are off because they would write <style> elements, which the content
    // security policy blocks; build/theme-css.ts makes a style sheet of the variables instead.
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={props.queryClient}>
        <ServicesProvider services={props.services}>
          <NoticesProvider>
            <Pages />
          </NoticesProvider>
        </ServicesProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/">
        <SignedInOnly>
          <TodosPage />
        </SignedInOnly>
      </Route>
      <Route path="/device">
        <SignedInOnly>
          <DevicePage />
        </SignedInOnly>
      </Route>
      <Route path="/signin">
        <SignedOutOnly>
          <SignInPage />
        </SignedOutOnly>
      </Route>
      <Route path="/register">
        <SignedOutOnly>
          <RegisterPage />
        </SignedOutOnly>
      </Route>
      <Route path="/reset-password">
        <ResetPasswordPage />
      </Route>
      <Route path="/verify-email">
        <VerifyEmailPage />
      </Route>
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  );
}
