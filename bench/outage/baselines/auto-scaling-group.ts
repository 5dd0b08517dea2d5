import type { Baseline } from "../operator";

const LOOKS_EVERY_S = 10;

export const autoScalingGroup: Baseline = {
  name: "Auto Scaling group of one, ENI in its template",
  source:
    'API reference of StartInstanceRefresh: "each instance is terminated first and then replaced"; that a group of one may have an ENI: terraform-aws-modules/terraform-aws-autoscaling#226',
  assumed: `how often the group looks is not published: each ${LOOKS_EVERY_S} s, and it launches at once when it sees the end`,
  replace: async (operator) => {
    await operator.terminate();
    let id: string | undefined;
    while (id === undefined) {
      await operator.sleep(LOOKS_EVERY_S);
      id = (await operator.state(operator.instanceId)) === "terminated" ? await operator.launch("kept") : undefined;
    }
    while ((await operator.state(id)) !== "running") {
      await operator.sleep(LOOKS_EVERY_S);
    }
  },
};
