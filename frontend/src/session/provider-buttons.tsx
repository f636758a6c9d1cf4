// The ways to sign in beside the password: a button for each provider that the service knows.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "wouter";
import { listProviders } from "../api/accounts.ts";
import { useServices } from "./context.tsx";
import { returnPath } from "./return-path.ts";

export function ProviderButtons() {
  const { client } = useServices();
  const search = useSearch();
  const { data } = useQuery({
    queryKey: ["providers"],
    queryFn: ({ signal }) => listProviders(client, signal),
    staleTime: Infinity,
  });
  // Where the person was headed goes along.
  const headed = returnPath(search, window.location.origin);
  const query = headed === "/" ? "" : `?return_to=${encodeURIComponent(headed)}`;
  return data?.items.map((provider) => (
    <Button
      key={provider.name}
      component="a"
      href={provider.login_path + query}
      variant="default"
      size="md"
      fullWidth
    >
      Sign in with {provider.display_name}
    </Button>
  ));
}
