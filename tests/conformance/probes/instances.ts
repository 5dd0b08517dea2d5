import type { InstanceStateName } from "@aws-sdk/client-ec2";
import { answers, area, refuses, source } from "../probe";
import type { Scene } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, guide, seen } = source;
const lifecycle = guide("instance lifecycle");

/** How an instance gets into each state that it can be found in. */
const INTO: Readonly<Record<InstanceStateName, (scene: Scene) => Promise<string>>> = {
  pending: (scene) => scene.launch(),
  running: (scene) => scene.running(),
  stopping: async (scene) => {
    const id = await scene.running();
    await scene.ec2.stopInstances({ InstanceIds: [id] });
    return id;
  },
  stopped: (scene) => scene.stopped(),
  "shutting-down": async (scene) => {
    const id = await scene.running();
    await scene.ec2.terminateInstances({ InstanceIds: [id] });
    return id;
  },
  terminated: (scene) => scene.terminated(),
};

const CODES: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

const STATES: readonly InstanceStateName[] = [
  "pending",
  "running",
  "stopping",
  "stopped",
  "shutting-down",
  "terminated",
];

const shownAs = (state: InstanceStateName) =>
  answers({
    id: `instances.state.${state}`,
    title: `an instance that is ${state} is shown with the code ${CODES[state]}`,
    source: api("InstanceState"),
    setUp: INTO[state],
    call: async (scene, id) => (await scene.instance(id)).State,
    expected: { Code: CODES[state], Name: state },
  });

/** From each state: what the reply to a request says, or that it is refused. */
const transition = (
  verb: "start" | "stop" | "terminate",
  from: InstanceStateName,
  to: InstanceStateName | undefined,
) => {
  const spec = {
    id: `instances.${verb}.${from}`,
    source: lifecycle,
    setUp: INTO[from],
  };
  const call = async (scene: Scene, id: string) => {
    const input = { InstanceIds: [id] };
    const reply = await {
      start: () => scene.ec2.startInstances(input).then(({ StartingInstances }) => StartingInstances),
      stop: () => scene.ec2.stopInstances(input).then(({ StoppingInstances }) => StoppingInstances),
      terminate: () => scene.ec2.terminateInstances(input).then(({ TerminatingInstances }) => TerminatingInstances),
    }[verb]();
    return [reply?.[0]?.PreviousState?.Name, reply?.[0]?.CurrentState?.Name];
  };
  if (to === undefined) {
    const title = `to ${verb} an instance that is ${from} is refused`;
    return refuses({ ...spec, title, call, code: "IncorrectInstanceState" });
  }
  const title = `to ${verb} an instance that is ${from} is answered with ${from} → ${to}`;
  return answers({ ...spec, title, call, expected: [from, to] });
};

const isAllGone = async (scene: Scene, id: string): Promise<number> => {
  const { Reservations = [] } = await scene.ec2.describeInstances({
    Filters: [{ Name: "instance-id", Values: [id] }],
  });
  return Reservations.length;
};

export const instances = area("instances and states", [
  STATES.map(shownAs),
  transition("start", "pending", "pending"),
  transition("start", "running", "running"),
  transition("start", "stopping", undefined),
  transition("start", "stopped", "pending"),
  transition("start", "shutting-down", undefined),
  transition("start", "terminated", undefined),
  transition("stop", "pending", undefined),
  transition("stop", "running", "stopping"),
  transition("stop", "stopping", "stopping"),
  transition("stop", "stopped", "stopped"),
  transition("stop", "shutting-down", undefined),
  transition("stop", "terminated", undefined),
  transition("terminate", "pending", "shutting-down"),
  transition("terminate", "running", "shutting-down"),
  transition("terminate", "stopping", "shutting-down"),
  transition("terminate", "stopped", "shutting-down"),
  transition("terminate", "shutting-down", "shutting-down"),
  transition("terminate", "terminated", "terminated"),
  answers({
    id: "instances.terminate.all-or-none",
    title: "a termination that names an unknown instance terminates none",
    source: api("TerminateInstances"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const error = await scene.ec2
        .terminateInstances({ InstanceIds: [id, NOBODYS.instance] })
        .catch((it: unknown) => it);
      await scene.settle();
      return [error instanceof Error && error.name, await scene.state(id)];
    },
    expected: ["InvalidInstanceID.NotFound", "running"],
  }),
  refuses({
    id: "instances.terminate.nothing",
    title: "to terminate no instances is refused",
    source: seen("cloud-nuke#731 (“No instances specified”)"),
    call: (scene) => scene.ec2.terminateInstances({ InstanceIds: [] }),
    code: "InvalidParameterCombination",
  }),
  answers({
    id: "instances.terminated.visible",
    title: "a terminated instance is still described some minutes later",
    source: lifecycle,
    setUp: (scene) => scene.terminated(),
    call: isAllGone,
    expected: 1,
  }),
  answers({
    id: "instances.terminated.forgotten",
    title: "a terminated instance is not described any more after more than an hour",
    source: lifecycle,
    setUp: (scene) => scene.terminated(),
    call: async (scene, id) => {
      await scene.advance(3 * 3600);
      return isAllGone(scene, id);
    },
    expected: 0,
  }),
  answers({
    id: "instances.terminated.no-network",
    title: "a terminated instance has no interface, private address, subnet or VPC",
    source: guide("terminate an instance"),
    setUp: (scene) => scene.terminated(),
    call: async (scene, id) => {
      const { NetworkInterfaces = [], PrivateIpAddress, SubnetId, VpcId } = await scene.instance(id);
      return [NetworkInterfaces.length, PrivateIpAddress ?? "none", SubnetId ?? "none", VpcId ?? "none"];
    },
    expected: [0, "none", "none", "none"],
  }),
  answers({
    id: "instances.terminated.keeps-tags",
    title: "a terminated instance still shows its tags",
    source: guide("terminate an instance"),
    setUp: (scene) =>
      scene.terminated({ TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a", Value: "1" }] }] }),
    call: async (scene, id) => (await scene.instance(id)).Tags,
    expected: [{ Key: "a", Value: "1" }],
  }),
  answers({
    id: "instances.reason.terminated",
    title: "an instance that its user ended says so in its state reason",
    source: api("StateReason"),
    setUp: (scene) => scene.terminated(),
    call: async (scene, id) => (await scene.instance(id)).StateReason,
    expected: {
      Code: "Client.UserInitiatedShutdown",
      Message: "Client.UserInitiatedShutdown: User initiated shutdown",
    },
  }),
  answers({
    id: "instances.reason.stopped",
    title: "an instance that its user stopped says so, with the time, in its transition reason",
    source: api("Instance"),
    setUp: (scene) => scene.stopped(),
    call: async (scene, id) => {
      const { StateReason, StateTransitionReason = "" } = await scene.instance(id);
      return [
        StateReason?.Code,
        /^User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (GMT|UTC)\)$/.test(StateTransitionReason),
      ];
    },
    expected: ["Client.UserInitiatedShutdown", true],
  }),
  answers({
    id: "instances.reason.running",
    title: "a running instance gives no reason for its state",
    source: api("Instance"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => (await scene.instance(id)).StateReason ?? "none",
    expected: "none",
  }),
  answers({
    id: "instances.stop-start.addresses",
    title: "over a stop and a start an instance keeps its interface and private address",
    source: guide("stop and start"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const before = await scene.instance(id);
      await scene.ec2.stopInstances({ InstanceIds: [id] });
      await scene.settle();
      await scene.ec2.startInstances({ InstanceIds: [id] });
      await scene.settle();
      const after = await scene.instance(id);
      return (
        before.PrivateIpAddress === after.PrivateIpAddress &&
        before.NetworkInterfaces?.[0]?.NetworkInterfaceId === after.NetworkInterfaces?.[0]?.NetworkInterfaceId
      );
    },
    expected: true,
  }),
  answers({
    id: "instances.stop.interface-in-use",
    title: "the interface of a stopped instance stays in use",
    source: guide("stop and start"),
    setUp: async (scene) => {
      const held = await scene.held();
      await scene.ec2.stopInstances({ InstanceIds: [held.instance] });
      await scene.settle();
      return held;
    },
    call: async (scene, { eni }) => (await scene.seenEni(eni)).Status,
    expected: "in-use",
  }),
  answers({
    id: "instances.reboot",
    title: "a reboot leaves an instance running",
    source: api("RebootInstances"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      await scene.ec2.rebootInstances({ InstanceIds: [id] });
      return scene.state(id);
    },
    expected: "running",
  }),
]);
