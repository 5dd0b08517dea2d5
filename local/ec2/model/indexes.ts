import type { Tables, TableName, Tags } from "./state";
import { indexKey, type Indexing } from "./table";

type Value = string | undefined | readonly string[];
type Readers<Row> = Readonly<Record<string, (row: Row) => Value>>;

function indexing<Row extends object>(
  idFilter: string,
  readers: Readers<Row & { tags?: Tags }>,
  hasTags = true,
): Indexing<Row> {
  const entries = Object.entries(readers);
  return {
    idFilter,
    names: Object.keys(readers),
    hasTags,
    keysOf: (row: Row & { tags?: Tags }) => {
      const keys: string[] = [];
      for (const [name, read] of entries) {
        const value = read(row);
        if (typeof value === "string") keys.push(indexKey(name, value));
        else for (const one of value ?? []) keys.push(indexKey(name, one));
      }
      if (hasTags) for (const key in row.tags) keys.push(indexKey(`tag:${key}`, row.tags[key] ?? ""));
      return keys;
    },
  };
}

/**
 * By which of EC2's filters the objects of an account are found without looking at each: those that single out one or a few of
 * them. The names are those of the filters in wire/actions.
 */
export const INDEXES: { readonly [Name in TableName]?: Indexing<Tables[Name]> } = {
  instances: indexing("instance-id", {
    "client-token": ({ clientToken }) => clientToken,
    "network-interface.network-interface-id": ({ networkInterfaceIds }) => networkInterfaceIds,
    "spot-instance-request-id": ({ spotRequestId }) => spotRequestId,
    "reservation-id": ({ reservationId }) => reservationId,
  }),
  networkInterfaces: indexing("network-interface-id", {
    "attachment.instance-id": ({ attachment }) => attachment?.instanceId,
    "attachment.attachment-id": ({ attachment }) => attachment?.attachmentId,
    "private-ip-address": ({ privateAddresses }) => privateAddresses.map(({ address }) => address),
    "addresses.private-ip-address": ({ privateAddresses }) => privateAddresses.map(({ address }) => address),
  }),
  addresses: indexing("allocation-id", {
    "network-interface-id": ({ networkInterfaceId }) => networkInterfaceId,
    "association-id": ({ associationId }) => associationId,
    "public-ip": ({ publicIp }) => publicIp,
  }),
  volumes: indexing("volume-id", {
    "attachment.instance-id": ({ attachment }) => attachment?.instanceId,
  }),
  launchTemplates: indexing("launch-template-id", {
    "launch-template-name": ({ launchTemplateName }) => launchTemplateName,
  }),
  profileAssociations: indexing(
    "association-id",
    {
      "instance-id": ({ instanceId }) => instanceId,
    },
    false,
  ),
  spotRequests: indexing("spot-instance-request-id", {
    "instance-id": ({ instanceId }) => instanceId,
  }),
};
