import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nat } from "./machines";

const config = new pulumi.Config();

// To the network interface, not to an instance: no replacement of the instance touches a route.
for (const routeTableId of config.requireObject<string[]>("routeTableIds")) {
  new aws.ec2.Route(`${routeTableId}-to-nat`, {
    routeTableId,
    destinationCidrBlock: "0.0.0.0/0",
    networkInterfaceId: nat.networkInterfaceId,
  });
}

/** The address that others see, and may allow in their firewalls. */
export const publicIp = nat.publicIp;
export const networkInterfaceId = nat.networkInterfaceId;
