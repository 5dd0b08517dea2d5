import { answers, area, refuses, source } from "../probe";

const { api, guide, facts } = source;

export const instanceProtection = area("instances and states", [
  refuses({
    id: "instances.termination-protection",
    title: "an instance with termination protection cannot be terminated",
    source: facts("2"),
    setUp: async (scene) => {
      const id = await scene.running();
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: true } });
      return id;
    },
    call: (scene, id) => scene.ec2.terminateInstances({ InstanceIds: [id] }),
    code: "OperationNotPermitted",
  }),
  refuses({
    id: "instances.termination-protection.at-launch",
    title: "termination protection can be asked for at the launch",
    source: api("RunInstances"),
    setUp: (scene) => scene.running({ DisableApiTermination: true }),
    call: (scene, id) => scene.ec2.terminateInstances({ InstanceIds: [id] }),
    code: "OperationNotPermitted",
  }),
  answers({
    id: "instances.termination-protection.off",
    title: "without its protection again an instance can be terminated",
    source: guide("termination protection"),
    setUp: async (scene) => {
      const id = await scene.running();
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: true } });
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: false } });
      return id;
    },
    call: async (scene, id) => {
      await scene.end(id);
      return scene.state(id);
    },
    expected: "terminated",
  }),
  refuses({
    id: "instances.stop-protection",
    title: "an instance with stop protection cannot be stopped",
    source: guide("stop protection"),
    setUp: async (scene) => {
      const id = await scene.running();
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiStop: { Value: true } });
      return id;
    },
    call: (scene, id) => scene.ec2.stopInstances({ InstanceIds: [id] }),
    code: "OperationNotPermitted",
  }),
  refuses({
    id: "instances.stop-protection.terminate",
    title: "an instance with stop protection cannot be terminated either",
    source: `${guide("stop protection")}; a reply recorded on AWS, ec2-behaviour.md, added later`,
    setUp: (scene) => scene.running({ DisableApiStop: true }),
    call: (scene, id) => scene.ec2.terminateInstances({ InstanceIds: [id] }),
    code: "OperationNotPermitted",
  }),
  answers({
    id: "instances.stop-protection.off",
    title: "without its stop protection again an instance can be terminated",
    source: guide("stop protection"),
    setUp: async (scene) => {
      const id = await scene.running({ DisableApiStop: true });
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiStop: { Value: false } });
      return id;
    },
    call: async (scene, id) => {
      await scene.end(id);
      return scene.state(id);
    },
    expected: "terminated",
  }),
  answers({
    id: "instances.skip-os-shutdown",
    title: "a termination may skip the guest's shutdown",
    source: facts("1"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const { TerminatingInstances } = await scene.ec2.terminateInstances({ InstanceIds: [id], SkipOsShutdown: true });
      return TerminatingInstances?.[0]?.CurrentState?.Name;
    },
    expected: "shutting-down",
  }),
]);
