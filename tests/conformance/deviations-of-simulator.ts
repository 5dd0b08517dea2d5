import { deviations } from "./run";

/**
 * The simulator itself, held against EC2: where it is known to be otherwise, each with the probe that shows it. An entry that is
 * put right has to be taken off.
 */
export const DEVIATIONS_OF_SIMULATOR = deviations([
  {
    does: "refuses with another code than EC2",
    probes: [
      "instances.terminate.nothing",
      "launches.group.other-vpc",
      "launches.interfaces.too-many-addresses",
      "attributes.type.unknown",
      "eip.describe.malformed-address",
      "volumes.create.zone",
      "images.deregister",
      "profiles.malformed",
      "ids.network-interface.malformed",
      "ids.attachment.malformed",
      "ids.volume.malformed",
      "ids.snapshot.malformed",
      "protocol.no-action",
      "protocol.not-a-number",
    ],
  },
  {
    does: "accepts what EC2 refuses",
    probes: [
      "launches.group.name-with-subnet",
      "launches.placement-group.unknown",
      "launches.credits.unknown",
      "eip.associate.pending",
      "keys.unknown-id",
      "groups.unknown-name",
      "profiles.replace.stopped",
    ],
  },
  {
    does: "shows an interface as available at once, and a launch from a template without the tags that say so",
    probes: ["eni.create.pending", "templates.run.tagged"],
  },
]);
