// Switches between light and dark. Until it is used, the app follows the system.
import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { MoonIcon, SunIcon } from "./icons.tsx";

export function ColorSchemeToggle() {
  // Without `keepTransitions` Mantine writes a <style> element, which the content security policy
  // blocks.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const now = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const other = now === "light" ? "dark" : "light";
  const label = `Use ${other} colours`;
  return (
    <ActionIcon
      variant="default"
      size={36}
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(other)}
    >
      {other === "dark" ? <MoonIcon /> : <SunIcon />}
    </ActionIcon>
  );
}
