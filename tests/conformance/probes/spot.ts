import { answers, area, refuses, source } from "../probe";
import { type Scene, the } from "../scene";

const { api, codes, facts, guide } = source;

const spotStates = guide("Spot request status");
const stopSpot = guide("stop and start a Spot Instance");
const SPOT = { InstanceMarketOptions: { MarketType: "spot" as const } };
const PERSISTENT = {
  InstanceMarketOptions: {
    MarketType: "spot" as const,
    SpotOptions: { SpotInstanceType: "persistent" as const, InstanceInterruptionBehavior: "stop" as const },
  },
};
const spotLaunch = (SpotOptions: object) => ({ InstanceMarketOptions: { MarketType: "spot" as const, SpotOptions } });

const requestOf = async (scene: Scene, id: string) => {
  const request = the((await scene.instance(id)).SpotInstanceRequestId);
  const input = { SpotInstanceRequestIds: [request] };
  return the((await scene.ec2.describeSpotInstanceRequests(input)).SpotInstanceRequests?.[0]);
};

export const spot = area("spot", [
  answers({
    id: "spot.lifecycle",
    title: "an instance on spot says so, and names its request",
    source: api("Instance"),
    call: async (scene) => {
      const { InstanceLifecycle, SpotInstanceRequestId = "" } = await scene.instance(await scene.running(SPOT));
      return [InstanceLifecycle, /^sir-[0-9a-z]{8}$/.test(SpotInstanceRequestId)];
    },
    expected: ["spot", true],
  }),
  answers({
    id: "spot.on-demand",
    title: "an instance on demand names neither",
    source: api("Instance"),
    call: async (scene) => {
      const { InstanceLifecycle, SpotInstanceRequestId } = await scene.instance(await scene.running());
      return [InstanceLifecycle ?? "none", SpotInstanceRequestId ?? "none"];
    },
    expected: ["none", "none"],
  }),
  answers({
    id: "spot.request.active",
    title: "its request is one-time, active and fulfilled, and names the instance",
    source: spotStates,
    setUp: (scene) => scene.running(SPOT),
    call: async (scene, id) => {
      const { Type, State, Status, InstanceId, InstanceInterruptionBehavior } = await requestOf(scene, id);
      return [Type, State, Status?.Code, InstanceId === id, InstanceInterruptionBehavior];
    },
    expected: ["one-time", "active", "fulfilled", true, "terminate"],
  }),
  answers({
    id: "spot.request.terminated",
    title: "after a termination by its user the request is closed",
    source: spotStates,
    setUp: async (scene) => {
      const id = await scene.running(SPOT);
      const request = await requestOf(scene, id);
      await scene.end(id);
      return the(request.SpotInstanceRequestId);
    },
    call: async (scene, request) => {
      const input = { SpotInstanceRequestIds: [request] };
      const [it] = (await scene.ec2.describeSpotInstanceRequests(input)).SpotInstanceRequests ?? [];
      return [it?.State, it?.Status?.Code];
    },
    expected: ["closed", "instance-terminated-by-user"],
  }),
  answers({
    id: "spot.cancel",
    title: "a cancelled request leaves its instance running",
    source: api("CancelSpotInstanceRequests"),
    setUp: (scene) => scene.running(SPOT),
    call: async (scene, id) => {
      const request = the((await requestOf(scene, id)).SpotInstanceRequestId);
      await scene.ec2.cancelSpotInstanceRequests({ SpotInstanceRequestIds: [request] });
      await scene.settle();
      const { State, Status } = await requestOf(scene, id);
      return [State, Status?.Code, await scene.state(id)];
    },
    expected: ["cancelled", "request-canceled-and-instance-running", "running"],
  }),
  refuses({
    id: "spot.stop.one-time",
    title: "an instance of a one-time request cannot be stopped",
    source: facts("4"),
    setUp: (scene) => scene.running(SPOT),
    call: (scene, id) => scene.ec2.stopInstances({ InstanceIds: [id] }),
    code: "UnsupportedOperation",
  }),
  answers({
    id: "spot.stop.persistent",
    title: "an instance of a persistent request can be stopped; the request is disabled then",
    source: `${facts("4")}; ${stopSpot}`,
    setUp: (scene) => scene.running(PERSISTENT),
    call: async (scene, id) => {
      await scene.ec2.stopInstances({ InstanceIds: [id] });
      await scene.settle();
      return [await scene.state(id), (await requestOf(scene, id)).State];
    },
    expected: ["stopped", "disabled"],
  }),
  answers({
    id: "spot.start.persistent",
    title: "and started again; the request is active then",
    source: stopSpot,
    setUp: (scene) => scene.stopped(PERSISTENT),
    call: async (scene, id) => {
      await scene.ec2.startInstances({ InstanceIds: [id] });
      await scene.settle();
      return [await scene.state(id), (await requestOf(scene, id)).State];
    },
    expected: ["running", "active"],
  }),
  answers({
    id: "spot.cancel.stopped",
    title: "to cancel the request of a stopped instance terminates that",
    source: `${facts("0.6")}; ${stopSpot}`,
    setUp: (scene) => scene.stopped(PERSISTENT),
    call: async (scene, id) => {
      const request = the((await requestOf(scene, id)).SpotInstanceRequestId);
      await scene.ec2.cancelSpotInstanceRequests({ SpotInstanceRequestIds: [request] });
      await scene.settle();
      return scene.state(id);
    },
    expected: "terminated",
  }),
  ...(
    [
      ["one-time-stop", { InstanceInterruptionBehavior: "stop" }, "a one-time request that stops at an interruption"],
      ["one-time-hibernate", { InstanceInterruptionBehavior: "hibernate" }, "a one-time request that hibernates"],
      [
        "persistent-terminate",
        { SpotInstanceType: "persistent", InstanceInterruptionBehavior: "terminate" },
        "a persistent request that terminates, in RunInstances",
      ],
    ] as const
  ).map(([id, options, what]) =>
    refuses({
      id: `spot.options.${id}`,
      title: `${what} is refused`,
      source: facts("4"),
      call: (scene) => scene.launch(spotLaunch(options)),
      code: "InvalidParameterCombination",
    }),
  ),
  refuses({
    id: "spot.price.low",
    title: "a maximum price below the spot price is refused",
    source: codes,
    call: (scene) => scene.launch(spotLaunch({ MaxPrice: "0.0001" })),
    code: "SpotMaxPriceTooLow",
  }),
  refuses({
    id: "spot.price.nonsense",
    title: "a maximum price that is no number is refused",
    source: api("SpotMarketOptions"),
    call: (scene) => scene.launch(spotLaunch({ MaxPrice: "cheap" })),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "spot.price.shown",
    title: "a request shows its maximum price",
    source: api("SpotInstanceRequest"),
    setUp: (scene) => scene.running(spotLaunch({ MaxPrice: "1.5" })),
    call: async (scene, id) => Number((await requestOf(scene, id)).SpotPrice),
    expected: 1.5,
  }),
  refuses({
    id: "spot.protection",
    title: "termination protection is not for spot",
    source: facts("4"),
    setUp: (scene) => scene.running(SPOT),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: true } }),
    code: "UnsupportedOperation",
  }),
  answers({
    id: "spot.on-interface",
    title: "a launch on spot may be on an interface that exists",
    source: facts("4"),
    setUp: (scene) => scene.eni({ PrivateIpAddress: "10.0.1.7" }),
    call: async (scene, eni) => {
      const NetworkInterfaces = [{ DeviceIndex: 0, NetworkInterfaceId: eni }];
      return (await scene.instance(await scene.running({ ...SPOT, NetworkInterfaces }))).PrivateIpAddress;
    },
    expected: "10.0.1.7",
  }),
  answers({
    id: "spot.request.tags",
    title: "tags can be given to the request",
    source: facts("3"),
    setUp: (scene) =>
      scene.running({
        ...SPOT,
        TagSpecifications: [{ ResourceType: "spot-instances-request", Tags: [{ Key: "a", Value: "1" }] }],
      }),
    call: async (scene, id) => (await requestOf(scene, id)).Tags,
    expected: [{ Key: "a", Value: "1" }],
  }),
  answers({
    id: "spot.request.by-instance",
    title: "a request is found by its instance",
    source: facts("3"),
    setUp: (scene) => scene.running(SPOT),
    call: async (scene, id) => {
      const Filters = [{ Name: "instance-id", Values: [id] }];
      return (await scene.ec2.describeSpotInstanceRequests({ Filters })).SpotInstanceRequests?.length;
    },
    expected: 1,
  }),
  answers({
    id: "spot.price-history",
    title: "the price history has prices of a type in a zone, below ten dollars and above nothing",
    source: api("DescribeSpotPriceHistory"),
    call: async (scene) => {
      const { SpotPriceHistory = [] } = await scene.ec2.describeSpotPriceHistory({
        InstanceTypes: ["m5.large"],
        ProductDescriptions: ["Linux/UNIX"],
        AvailabilityZone: scene.here.zoneA,
        MaxResults: 5,
      });
      const [first] = SpotPriceHistory;
      const price = Number(first?.SpotPrice);
      return [first?.InstanceType, first?.AvailabilityZone === scene.here.zoneA, price > 0.001 && price < 10];
    },
    expected: ["m5.large", true, true],
  }),
]);
