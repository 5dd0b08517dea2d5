import { answers, area, source } from "../probe";
import { the } from "../scene";

const { api } = source;

export const instanceDescriptions = area("instances and states", [
  answers({
    id: "instances.status.running",
    title: "a running instance's status checks are ok some minutes after its launch",
    source: api("DescribeInstanceStatus"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const { InstanceStatuses = [] } = await scene.ec2.describeInstanceStatus({ InstanceIds: [id] });
      const [status] = InstanceStatuses;
      return [status?.InstanceState?.Name, status?.InstanceStatus?.Status, status?.SystemStatus?.Status];
    },
    expected: ["running", "ok", "ok"],
  }),
  answers({
    id: "instances.status.stopped",
    title: "the status of an instance that does not run is left out unless all are asked for",
    source: api("DescribeInstanceStatus"),
    setUp: (scene) => scene.stopped(),
    call: async (scene, id) => {
      const running = await scene.ec2.describeInstanceStatus({ InstanceIds: [id] });
      const all = await scene.ec2.describeInstanceStatus({ InstanceIds: [id], IncludeAllInstances: true });
      return [running.InstanceStatuses?.length ?? 0, all.InstanceStatuses?.[0]?.InstanceState?.Name];
    },
    expected: [0, "stopped"],
  }),
  answers({
    id: "instances.reservation.one",
    title: "instances of one launch are described in one reservation",
    source: api("DescribeInstances"),
    setUp: async (scene) => {
      const { Instances = [] } = await scene.ec2.runInstances(scene.launchInput({ MinCount: 2, MaxCount: 2 }));
      return Instances.map(({ InstanceId }) => the(InstanceId));
    },
    call: async (scene, ids) => {
      const { Reservations = [] } = await scene.ec2.describeInstances({ InstanceIds: ids });
      return Reservations.map(({ Instances = [] }) => Instances.length);
    },
    expected: [2],
  }),
  answers({
    id: "instances.reservation.launch-index",
    title: "instances of one launch are numbered from 0",
    source: api("Instance"),
    call: async (scene) => {
      const { Instances = [] } = await scene.ec2.runInstances(scene.launchInput({ MinCount: 3, MaxCount: 3 }));
      return Instances.map(({ AmiLaunchIndex }) => AmiLaunchIndex);
    },
    expected: [0, 1, 2],
  }),
]);
