import { AREAS, type Probe } from "../probe";
import { elasticIps, publicAddresses } from "./addresses";
import { dryRun, filters, ids, pagination, protocol } from "./describes";
import { instances } from "./instances";
import { instanceAttributes, launches } from "./launches";
import { attachments, networkInterfaces, privateAddresses } from "./networks";
import { rootVolumes, snapshotsAndImages, volumes } from "./storage";
import * as around from "./surroundings";
import { clientTokens, launchTemplates, spot } from "./templates";

const ALL: readonly Probe[] = [
  ...instances,
  ...launches,
  ...instanceAttributes,
  ...networkInterfaces,
  ...attachments,
  ...privateAddresses,
  ...elasticIps,
  ...publicAddresses,
  ...launchTemplates,
  ...clientTokens,
  ...spot,
  ...volumes,
  ...snapshotsAndImages,
  ...rootVolumes,
  ...around.ipv6,
  ...around.typesAndOfferings,
  ...around.surroundings,
  ...around.securityGroups,
  ...around.metadataOptions,
  ...around.instanceProfiles,
  ...around.tags,
  ...filters,
  ...pagination,
  ...dryRun,
  ...ids,
  ...protocol,
];

/** The table: everything that is stated about EC2, and can be tried on any implementation of it. */
export const PROBES: readonly Probe[] = AREAS.flatMap((area) => ALL.filter((probe) => probe.area === area));
