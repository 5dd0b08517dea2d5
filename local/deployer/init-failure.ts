import type { ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { fromStruct, type Props } from "./values";

/** The content of an error with an `id`, thrown by a create or update handler: the resource exists, but isn't finished. */
export interface InitFailure {
  message: string;
  id: string;
  outputs: Props;
  reasons: string[];
}

const DETAILS = "grpc-status-details-bin";
const TYPE = "pulumirpc.ErrorResourceInitFailed";

export function findInitFailure(error: ServiceError): InitFailure | undefined {
  for (const details of error.metadata.get(DETAILS)) {
    if (typeof details === "string") continue;
    for (const detail of Status.deserializeBinary(details).getDetailsList()) {
      const failed = detail.unpack((bytes) => ErrorResourceInitFailed.deserializeBinary(bytes), TYPE);
      if (failed !== null)
        return {
          message: error.details,
          id: failed.getId(),
          outputs: fromStruct(failed.getProperties()),
          reasons: failed.getReasonsList(),
        };
    }
  }
  return undefined;
}
