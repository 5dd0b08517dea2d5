import type { Deviation } from "../run";

/** Deviations of moto about volumes, images, tags and all that is there before a launch. */
export const OF_STORAGE_AND_SURROUNDINGS: readonly Deviation[] = [
  {
    does: "attaches, shrinks and makes volumes that EC2 refuses, and leaves out their throughput and IOPS",
    probes: [
      "volumes.create.gp3",
      "volumes.create.gp2",
      "volumes.create.zone",
      "volumes.attach.zone",
      "volumes.attach.in-use",
      "volumes.attach.device",
      "volumes.modify.smaller",
    ],
  },
  {
    does: "lets two images have one name, and a deregistered one be launched",
    probes: ["images.create.name-taken", "images.deregister"],
  },
  {
    does: "describes images of Amazon Linux without support of enhanced networking",
    probes: ["images.describe.ena"],
  },
  {
    does: "ignores what it is asked for by: zones, regions, key pair ids",
    probes: ["zones.unknown", "regions.describe", "keys.unknown-id"],
  },
  {
    does: "has default groups that let nobody in",
    probes: ["groups.default.rules"],
  },
  {
    does: "keeps an association's id when the profile is replaced, and replaces it while the instance is stopped",
    probes: ["profiles.replace", "profiles.replace.stopped"],
  },
  {
    does: "tags what is not there, and with keys and values that EC2 refuses",
    probes: ["tags.create.all-or-none", "tags.create.unknown", "tags.key.aws", "tags.key.long", "tags.value.long"],
  },
];
