import type { Baseline } from "../operator";

export const launchScript: Baseline = {
  name: "launch script, every 5 s",
  source:
    "no one source: terminate-instances, describe-instances until it is terminated with `sleep 5`, run-instances. The AWS CLI's own waiter looks each 15 s (botocore, waiters-2.json of ec2, InstanceTerminated)",
  replace: async (operator) => {
    await operator.terminate();
    while ((await operator.state(operator.instanceId)) !== "terminated") {
      await operator.sleep(5);
    }
    const id = (await operator.launch("kept")) ?? "";
    while ((await operator.state(id)) !== "running") {
      await operator.sleep(5);
    }
  },
};
