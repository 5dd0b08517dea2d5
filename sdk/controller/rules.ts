/** The events that EventBridge is to send to the controller. (pure) */

/** States of an instance that goes, or is gone. A new instance is looked after by the run that launched it. */
const GOING = ["stopping", "stopped", "shutting-down", "terminated"];

export interface Rule {
  /** After the controller's name. */
  suffix: string;
  description: string;
  pattern?: Readonly<Record<string, unknown>>;
}

/** EventBridge sees no tags of an instance: these are about all instances of the account, and the function passes over others'. */
export const EVENT_RULES: readonly Rule[] = [
  {
    suffix: "spot-interruption",
    description: "AWS takes a spot instance back in two minutes",
    pattern: { source: ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"] },
  },
  {
    suffix: "rebalance",
    description: "AWS may take a spot instance back soon",
    pattern: { source: ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"] },
  },
  {
    suffix: "state-change",
    description: "An instance stops or ends",
    pattern: {
      source: ["aws.ec2"],
      "detail-type": ["EC2 Instance State-change Notification"],
      detail: { state: GOING },
    },
  },
];

export const TICK: Rule = { suffix: "tick", description: "Every managed instance is looked at" };
