import type { SimState } from "./simulator";

/** The ids of all that was made in the account and still costs, counts or holds something. */
export function contentsOf(state: SimState): string[] {
  const instances = Object.values(state.instances).filter((it) => it.state !== "terminated");
  const requests = Object.values(state.spotRequests).filter((it) => it.state === "open" || it.state === "active");
  const addresses = Object.values(state.addresses).filter((it) => it.ownerId === state.accountId);
  return [
    ...instances.map((it) => it.instanceId),
    ...requests.map((it) => it.spotInstanceRequestId),
    ...Object.keys(state.networkInterfaces),
    ...addresses.map((it) => it.allocationId),
    ...Object.keys(state.volumes),
    ...Object.keys(state.launchTemplates),
  ];
}
