import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { machines } from "./machines";

const config = new pulumi.Config();

const targets = new aws.lb.TargetGroup("web", {
  targetType: "ip",
  vpcId: config.require("vpcId"),
  port: 80,
  protocol: "TCP",
  // A machine that is being replaced stays registered; this is how fast it is found to be away, and back.
  healthCheck: { protocol: "HTTP", path: "/", interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
});

// By address, so that they are registered once for all.
for (const [index, machine] of machines.entries()) {
  new aws.lb.TargetGroupAttachment(`web-${index + 1}`, { targetGroupArn: targets.arn, targetId: machine.privateIp });
}

const balancer = new aws.lb.LoadBalancer("web", {
  loadBalancerType: "network",
  subnets: config.requireObject<string[]>("subnetIds"),
});

new aws.lb.Listener("web", {
  loadBalancerArn: balancer.arn,
  port: 80,
  protocol: "TCP",
  defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
});

export const url = pulumi.interpolate`http://${balancer.dnsName}/`;
export const addresses = machines.map((machine) => machine.privateIp);
