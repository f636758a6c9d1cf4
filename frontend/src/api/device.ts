// The calls on devices that ask to be let in.
import type { ApiClient } from "./client.ts";
import type { DeviceRequest } from "./schema.d.ts";

/** What is asked for under the code that a device shows; the code stays good. */
export function findDevice(client: ApiClient, code: string): Promise<DeviceRequest> {
  return client.call("GET", "/api/v2/device/{code}", { path: { code } });
}

/** Lets the device in, or refuses it; the code is used up. */
export async function answerDevice(client: ApiClient, code: string, allow: boolean): Promise<void> {
  await client.call("POST", "/api/v2/device/{code}", { path: { code }, body: { allow } });
}
