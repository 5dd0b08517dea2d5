import { answers, area, refuses, source } from "../probe";
import { on } from "../scene";

const { codes, guide, facts } = source;

export const interfacesOfEndedInstances = area("instances and states", [
  answers({
    id: "instances.interface-free-after-termination",
    title: "the interface that a terminated instance held is available, with nothing attached",
    source: guide("elastic network interfaces"),
    setUp: async (scene) => {
      const held = await scene.held();
      await scene.end(held.instance);
      return held;
    },
    call: async (scene, { eni }) => {
      const { Status, Attachment } = await scene.seenEni(eni);
      return [Status, Attachment ?? "none"];
    },
    expected: ["available", "none"],
  }),
  answers({
    id: "instances.interface-held-while-shutting-down",
    title: "while the instance shuts down, its interface is still in use",
    source: facts("7"),
    setUp: async (scene) => {
      const held = await scene.held();
      await scene.ec2.terminateInstances({ InstanceIds: [held.instance] });
      return held;
    },
    call: async (scene, { eni }) => (await scene.seenEni(eni)).Status,
    expected: "in-use",
  }),
  refuses({
    id: "instances.relaunch-too-early",
    title: "nothing can be launched on the interface while its instance shuts down",
    source: facts("2"),
    setUp: async (scene) => {
      const held = await scene.held();
      await scene.ec2.terminateInstances({ InstanceIds: [held.instance] });
      return held;
    },
    call: (scene, { eni }) => scene.launch(on(eni)),
    code: "InvalidNetworkInterface.InUse",
  }),
  answers({
    id: "instances.relaunch-on-interface",
    title: "after the termination the next instance gets the same private address and MAC by the interface",
    source: facts("1"),
    setUp: async (scene) => {
      const held = await scene.held();
      const before = await scene.seenEni(held.eni);
      await scene.end(held.instance);
      return { eni: held.eni, before };
    },
    call: async (scene, { eni, before }) => {
      const { PrivateIpAddress, NetworkInterfaces = [] } = await scene.instance(await scene.running(on(eni)));
      return [PrivateIpAddress === before.PrivateIpAddress, NetworkInterfaces[0]?.MacAddress === before.MacAddress];
    },
    expected: [true, true],
  }),
  refuses({
    id: "instances.modify.terminated",
    title: "an attribute of a terminated instance cannot be changed",
    source: codes,
    setUp: (scene) => scene.terminated(),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: true } }),
    code: "IncorrectInstanceState",
  }),
]);
