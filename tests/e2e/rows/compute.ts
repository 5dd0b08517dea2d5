import { WELL_KNOWN } from "../../../local/ec2";
import { always, both, field, inPlace, NOTHING, replaced, type Row, settled } from "./row";
import type { Seen } from "./seen";

const { imageV1, imageV2, imageAlias } = WELL_KNOWN;

/** The types that have no capacity in these tests, each bought in one way. */
export const FULL = { onDemand: "r6i.xlarge", spot: "c6i.xlarge" };

const ONE = Buffer.from("#!/bin/sh\necho one\n").toString("base64");
const TWO = Buffer.from("#!/bin/sh\necho two\n").toString("base64");

const bought = ({ instance }: Seen): string => (instance.spotRequestId === undefined ? "on-demand" : "spot");

const metadata = (
  name: "httpTokens" | "httpEndpoint" | "httpPutResponseHopLimit" | "instanceMetadataTags",
  [a, b, none]: readonly [a: unknown, b: unknown, none: unknown],
  effects: Row["effects"] = always(settled("metadataOptions")),
): Row => ({
  name: `metadataOptions.${name}`,
  args: field("metadataOptions", name, a, b),
  effects,
  shows: ({ instance }) => instance.metadataOptions[name],
  as: [a, b, a, none],
});

export const computeRows = (): Row[] => [
  {
    name: "imageId",
    args: [{ imageId: imageV1 }, { imageId: imageV2 }, { imageId: imageV1 }, { imageId: imageV1 }],
    effects: [replaced("imageId"), replaced("imageId"), NOTHING],
    shows: (seen) => [seen.instance.imageId, seen.launches("ImageId")],
    as: [
      [imageV1, imageV1],
      [imageV2, imageV2],
      [imageV1, imageV1],
      [imageV1, imageV1],
    ],
  },
  {
    name: "imageId/by parameter",
    args: [
      { imageId: `resolve:ssm:${imageAlias}` },
      { imageId: imageV1 },
      { imageId: `resolve:ssm:${imageAlias}` },
      { imageId: `resolve:ssm:${imageAlias}` },
    ],
    effects: [replaced("imageId"), replaced("imageId"), NOTHING],
    shows: ({ instance }) => instance.imageId,
    as: [imageV2, imageV1, imageV2, imageV2],
  },
  {
    name: "instanceType",
    args: ["m6i.xlarge", "c6i.large", "m6i.xlarge", "m6i.xlarge"].map((it) => ({
      instanceType: it,
    })) as unknown as Row["args"],
    effects: [
      replaced("instanceType", "launchedInstanceType"),
      replaced("instanceType", "launchedInstanceType"),
      NOTHING,
    ],
    shows: (seen) => [seen.instance.instanceType, seen.launches("InstanceType")],
    as: [
      ["m6i.xlarge", "m6i.xlarge"],
      ["c6i.large", "c6i.large"],
      ["m6i.xlarge", "m6i.xlarge"],
      ["m6i.xlarge", "m6i.xlarge"],
    ],
  },
  {
    name: "fallbackInstanceTypes",
    with: { instanceType: FULL.onDemand },
    args: both("fallbackInstanceTypes", ["r6i.large"], ["c6i.large", "m6i.large"]),
    effects: always(inPlace("fallbackInstanceTypes")),
    shows: (seen) => [seen.instance.instanceType, seen.recorded("fallback")],
    as: [
      ["r6i.large", "r6i.large"],
      ["r6i.large", "c6i.large m6i.large"],
      ["r6i.large", "r6i.large"],
      ["r6i.large", ""],
    ],
  },
  {
    name: "market.lifecycle",
    args: field("market", "lifecycle", "spot", "on-demand"),
    effects: always(replaced("market", "lifecycle")),
    shows: bought,
    as: ["spot", "on-demand", "spot", "on-demand"],
  },
  {
    name: "market.maxPrice",
    args: [
      { market: { lifecycle: "spot", maxPrice: "0.08" } },
      { market: { lifecycle: "spot", maxPrice: "0.09" } },
      { market: { lifecycle: "spot", maxPrice: "0.08" } },
      { market: { lifecycle: "spot" } },
    ],
    effects: always(replaced("market")),
    shows: ({ spotRequest }) => [Number(spotRequest.maxPrice), spotRequest.type],
    // Without a limit it is the on-demand price.
    as: [
      [0.08, "one-time"],
      [0.09, "one-time"],
      [0.08, "one-time"],
      [0.096, "one-time"],
    ],
  },
  {
    name: "market.fallbackToOnDemand",
    args: [
      { market: { lifecycle: "spot", fallbackToOnDemand: false } },
      { market: { lifecycle: "spot", fallbackToOnDemand: true } },
      { market: { lifecycle: "spot", fallbackToOnDemand: false } },
      { market: { lifecycle: "spot" } },
    ],
    effects: always(inPlace("market")),
    shows: (seen) => [bought(seen), seen.recorded("market")],
    as: [
      ["spot", "spot fallback-to-on-demand=false"],
      ["spot", "spot fallback-to-on-demand=true"],
      ["spot", "spot fallback-to-on-demand=false"],
      ["spot", "spot fallback-to-on-demand=true"],
    ],
  },
  {
    name: "market.revertToSpot",
    args: [
      { market: { lifecycle: "spot", revertToSpot: "always" } },
      { market: { lifecycle: "spot", revertToSpot: { window: { days: ["sat"], from: "01:30", to: "04:00" } } } },
      { market: { lifecycle: "spot", revertToSpot: "always" } },
      { market: { lifecycle: "spot" } },
    ],
    effects: always(inPlace("market")),
    shows: (seen) => [bought(seen), / revert-to-spot=(.*)/.exec(seen.recorded("market"))?.[1]],
    as: [
      ["spot", "always"],
      ["spot", "sat@01:30-04:00@UTC"],
      ["spot", "always"],
      ["spot", undefined],
    ],
  },
  {
    name: "market.fallbackToOnDemand/without capacity",
    with: { instanceType: FULL.spot },
    args: [
      { market: { lifecycle: "spot", fallbackToOnDemand: true } },
      { market: { lifecycle: "spot", fallbackToOnDemand: false } },
      { market: { lifecycle: "spot", fallbackToOnDemand: true } },
      { market: { lifecycle: "spot" } },
    ],
    effects: [inPlace("market"), inPlace("market"), NOTHING],
    shows: bought,
    as: ["on-demand", "on-demand", "on-demand", "on-demand"],
  },
  {
    name: "userData",
    args: both("userData", "#!/bin/sh\necho one\n", "#!/bin/sh\necho two\n"),
    effects: always(replaced("userData")),
    shows: ({ userData }) => userData,
    as: ["#!/bin/sh\necho one\n", "#!/bin/sh\necho two\n", "#!/bin/sh\necho one\n", ""],
  },
  {
    name: "userDataBase64",
    args: both("userDataBase64", ONE, TWO),
    effects: always(replaced("userDataBase64")),
    shows: ({ userData }) => userData,
    as: ["#!/bin/sh\necho one\n", "#!/bin/sh\necho two\n", "#!/bin/sh\necho one\n", ""],
  },
  {
    name: "userDataBase64/the same bytes as userData",
    args: [{ userData: "#!/bin/sh\necho one\n" }, { userDataBase64: ONE }, { userData: "#!/bin/sh\necho one\n" }, {}],
    effects: [NOTHING, NOTHING, replaced("userData")],
    shows: ({ userData }) => userData,
    as: ["#!/bin/sh\necho one\n", "#!/bin/sh\necho one\n", "#!/bin/sh\necho one\n", ""],
  },
  {
    name: "keyName",
    args: both("keyName", "demo", "second"),
    effects: always(replaced("keyName")),
    shows: (seen) => [seen.instance.keyName, seen.launches("KeyName")],
    as: [
      ["demo", "demo"],
      ["second", "second"],
      ["demo", "demo"],
      [undefined, undefined],
    ],
  },
  {
    name: "iamInstanceProfile",
    args: both("iamInstanceProfile", "demo", "arn:aws:iam::123456789012:instance-profile/second"),
    effects: always(settled("iamInstanceProfile")),
    shows: ({ instance }) => instance.iamInstanceProfile?.arn.replace(/.*\//, ""),
    as: ["demo", "second", "demo", undefined],
  },
  {
    name: "ebsOptimized",
    with: { instanceType: "t3.micro" },
    args: both("ebsOptimized", true, false),
    effects: always(replaced("ebsOptimized")),
    shows: (seen) => [seen.instance.ebsOptimized, seen.launches("EbsOptimized")],
    as: [
      [true, "true"],
      [false, "false"],
      [true, "true"],
      [false, undefined],
    ],
  },
  {
    name: "tenancy",
    args: both("tenancy", "dedicated", "default"),
    effects: always(replaced("tenancy")),
    shows: (seen) => [seen.instance.tenancy, seen.launches("Placement.Tenancy")],
    as: [
      ["dedicated", "dedicated"],
      ["default", "default"],
      ["dedicated", "dedicated"],
      ["default", undefined],
    ],
  },
  {
    name: "cpuCredits",
    with: { instanceType: "t3.micro" },
    args: both("cpuCredits", "standard", "unlimited"),
    effects: always(replaced("cpuCredits")),
    shows: ({ instance }) => instance.cpuCredits,
    as: ["standard", "unlimited", "standard", "unlimited"],
  },
  {
    name: "cpuOptions",
    with: { instanceType: "m6i.2xlarge" },
    args: both("cpuOptions", { coreCount: 2, threadsPerCore: 1 }, { coreCount: 4, threadsPerCore: 1 }),
    effects: always(replaced("cpuOptions")),
    shows: ({ instance }) => instance.cpuOptions,
    as: [
      { coreCount: 2, threadsPerCore: 1 },
      { coreCount: 4, threadsPerCore: 1 },
      { coreCount: 2, threadsPerCore: 1 },
      { coreCount: 4, threadsPerCore: 2 },
    ],
  },
  {
    // The simulator has one group only.
    name: "placementGroup",
    args: [{ placementGroup: "demo" }, {}, { placementGroup: "demo" }, {}],
    effects: always(replaced("placementGroup")),
    shows: ({ instance }) => instance.placementGroup,
    as: ["demo", undefined, "demo", undefined],
  },
  metadata("httpTokens", ["optional", "required", "required"]),
  metadata("httpEndpoint", ["disabled", "enabled", "enabled"]),
  metadata("httpPutResponseHopLimit", [3, 4, 2]),
  metadata("instanceMetadataTags", ["enabled", "disabled", "disabled"]),
  {
    name: "monitoring",
    args: both("monitoring", true, false),
    effects: always(settled("monitoring")),
    shows: (seen) => [seen.instance.monitoring, seen.launches("Monitoring.Enabled")],
    as: [
      [true, "true"],
      [false, "false"],
      [true, "true"],
      [false, "false"],
    ],
  },
  {
    name: "tags",
    args: both("tags", { team: "a", Name: "named" }, { team: "b", stage: "test" }),
    effects: always(inPlace("tags")),
    shows: ({ tags, instance }) => [
      ...new Set(Object.values(tags).map((it) => JSON.stringify(it))),
      instance.tags.Name,
    ],
    as: [
      ['{"team":"a"}', "named"],
      ['{"team":"b","stage":"test"}', "row-tags"],
      ['{"team":"a"}', "named"],
      ["{}", "row-tags"],
    ],
  },
  {
    name: "recycleTriggers",
    args: both("recycleTriggers", { week: "1" }, { week: "2" }),
    effects: always(replaced("recycleTriggers")),
    shows: ({ instance }) => instance.state,
    as: ["running", "running", "running", "running"],
  },
];
