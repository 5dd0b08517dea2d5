import { terminate } from "../../model/lifecycle";
import { findSpotRequests } from "../../model/lookup";
import { cancel } from "../../model/spot-requests";
import type { SpotRequest } from "../../model/state";
import type { World } from "../../model/world";
import { changes, reads, type Actions } from "../action";
import { filtered } from "../filters";
import { page } from "../pagination";
import { SPOT_REQUEST_FILTERS } from "../spot-request-filters";
import { tagSet } from "../tag-specs";
import type { XmlObject } from "../xml";

function requestView(request: SpotRequest): XmlObject {
  const { status, launch } = request;
  return {
    spotInstanceRequestId: request.spotInstanceRequestId,
    spotPrice: request.maxPrice,
    type: request.type,
    state: request.state,
    status: { code: status.code, message: status.message, updateTime: new Date(status.updateTime) },
    createTime: new Date(request.createTime),
    validUntil: request.validUntil,
    instanceId: request.instanceId,
    instanceInterruptionBehavior: request.interruptionBehavior,
    launchedAvailabilityZone: request.availabilityZone,
    productDescription: "Linux/UNIX",
    launchSpecification: { ...launch, placement: { availabilityZone: request.availabilityZone } },
    tagSet: tagSet(request.tags),
  };
}

/** Cancelling while the instance is stopped ends the instance (EC2 guide, stop-spot-instances). */
function cancelWithStopped(world: World, request: SpotRequest): XmlObject {
  cancel(world, request);
  const instance = world.account.instances.get(request.instanceId);
  if (instance?.state === "stopped") terminate(world, instance, true);
  return { spotInstanceRequestId: request.spotInstanceRequestId, state: request.state };
}

export const spotRequestActions: Actions = {
  DescribeSpotInstanceRequests: reads((world, params) => {
    const ids = params.strings("SpotInstanceRequestId");
    const all = ids.length > 0 ? findSpotRequests(world, ids) : world.account.spotRequests;
    const requests = filtered(world, params, all, SPOT_REQUEST_FILTERS);
    const { entries, nextToken } = page(params, requests, { parameter: "SpotInstanceRequestId" });
    return { spotInstanceRequestSet: entries.map(requestView), nextToken };
  }),
  CancelSpotInstanceRequests: changes((world, params) => {
    const ids = params.strings("SpotInstanceRequestId");
    if (ids.length === 0) params.required("SpotInstanceRequestId");
    const requests = findSpotRequests(world, ids);
    return () => ({ spotInstanceRequestSet: requests.map((request) => cancelWithStopped(world, request)) });
  }),
};
