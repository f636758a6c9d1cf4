// The page for addresses that no page has.
import { Anchor } from "@mantine/core";
import { Link } from "wouter";
import { Door } from "../ui/door.tsx";

export function NotFoundPage() {
  return (
    <Door title="There is nothing here">
      <Anchor component={Link} href="/" underline="always">
        Go to your to-dos
      </Anchor>
    </Door>
  );
}
