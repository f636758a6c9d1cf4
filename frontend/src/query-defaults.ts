// How queries behave unless they say otherwise: what is tried again, and when.
import type { DefaultOptions } from "@tanstack/react-query";
import { asApiError } from "./api/errors.ts";

const MAX_RETRIES = 2;
const MAX_WAIT_SECONDS = 5;

export const queryDefaults: DefaultOptions = {
  queries: {
    // The browser's idea of being offline is wrong for a service on the same machine.
    networkMode: "always",
    staleTime: 10_000,
    retry: (failures, thrown) => {
      const error = asApiError(thrown);
      // Being told to slow down is for the person to see, not to be answered with more calls.
      return error.temporary && error.failure !== "rate-limited" && failures < MAX_RETRIES;
    },
    retryDelay: (failures, thrown) => {
      const asked = asApiError(thrown).retryAfter;
      return asked === null ? 400 * 2 ** failures : Math.min(asked, MAX_WAIT_SECONDS) * 1000;
    },
  },
  mutations: { networkMode: "always", retry: false },
};
