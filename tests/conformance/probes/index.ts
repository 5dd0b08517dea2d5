import { AREAS, type Probe } from "../probe";
import { attachments } from "./attachments";
import { clientTokens } from "./client-tokens";
import { dryRun } from "./dry-run";
import { elasticIps } from "./elastic-ips";
import { elasticIpsGivenUp } from "./elastic-ips-given-up";
import { interfacesOfEndedInstances } from "./ended-instances";
import { filters } from "./filters";
import { ids } from "./ids";
import { instanceAttributes } from "./instance-attributes";
import { instanceDescriptions } from "./instance-descriptions";
import { instanceProfiles } from "./instance-profiles";
import { instanceProtection } from "./instance-protection";
import { instances } from "./instances";
import { ipv6 } from "./ipv6";
import { launchOptions } from "./launch-options";
import { launchTemplates } from "./launch-templates";
import { launches } from "./launches";
import { launchesFromTemplates } from "./launches-from-templates";
import { launchesOnInterfaces } from "./launches-on-interfaces";
import { metadataOptions } from "./metadata-options";
import { networkInterfaces } from "./network-interfaces";
import { pagination } from "./pagination";
import { privateAddresses } from "./private-addresses";
import { protocol } from "./protocol";
import { publicAddresses } from "./public-addresses";
import { rootVolumes } from "./root-volumes";
import { securityGroups } from "./security-groups";
import { snapshotsAndImages } from "./snapshots-and-images";
import { spot } from "./spot";
import { surroundings } from "./surroundings";
import { tags } from "./tags";
import { typesAndOfferings } from "./types-and-offerings";
import { volumes } from "./volumes";

const ALL: readonly Probe[] = [
  ...instances,
  ...instanceProtection,
  ...instanceDescriptions,
  ...interfacesOfEndedInstances,
  ...launches,
  ...launchesOnInterfaces,
  ...launchOptions,
  ...instanceAttributes,
  ...networkInterfaces,
  ...attachments,
  ...privateAddresses,
  ...elasticIps,
  ...elasticIpsGivenUp,
  ...publicAddresses,
  ...launchTemplates,
  ...launchesFromTemplates,
  ...clientTokens,
  ...spot,
  ...volumes,
  ...snapshotsAndImages,
  ...rootVolumes,
  ...ipv6,
  ...typesAndOfferings,
  ...surroundings,
  ...securityGroups,
  ...metadataOptions,
  ...instanceProfiles,
  ...tags,
  ...filters,
  ...pagination,
  ...dryRun,
  ...ids,
  ...protocol,
];

/** The table: everything that is stated about EC2, and can be tried on any implementation of it. */
export const PROBES: readonly Probe[] = AREAS.flatMap((area) => ALL.filter((probe) => probe.area === area));
