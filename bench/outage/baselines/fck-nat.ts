import type { Baseline } from "../operator";

/** The new instance has an interface of its own, and takes the kept one from the inside once it has booted. */
export const fckNat: Baseline = {
  name: "fck-nat style, attached in the guest",
  source:
    'AndrewGuenther/fck-nat, service/fck-nat.sh at 0371c8e7 (attach-network-interface until it is accepted, `sleep 5` between); RaJiska/terraform-aws-fck-nat, asg.tf at 10012cdd (a group of one); Auto Scaling user guide, replace-unhealthy-instance: "while the instance is terminating, another scaling activity launches a new instance"',
  assumed: "the launch begins with the termination; the guest shows the interface as soon as it is attached",
  replace: async (operator) => {
    await operator.terminate();
    const id = (await operator.launch("own")) ?? "";
    while ((await operator.state(id)) !== "running") {
      await operator.sleep(1);
    }
    await operator.sleep(operator.draws.boot / 1000);
    const attachment = {
      InstanceId: id,
      NetworkInterfaceId: operator.networkInterfaceId,
      DeviceIndex: "1",
    };
    while ((await operator.call("AttachNetworkInterface", attachment)) === undefined) {
      await operator.sleep(5);
    }
  },
};
