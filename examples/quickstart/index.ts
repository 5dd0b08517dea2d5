import * as pulumi from "@pulumi/pulumi";
import { ManagedInstance } from "pulumi-managed-instance";

const config = new pulumi.Config();

// One spot machine with a private IP and an Elastic IP that stay when the instance under them is replaced.
const web = new ManagedInstance("web", {
  subnetId: config.require("subnetId"),
  privateIp: config.get("privateIp"),
  elasticIp: true,
  imageId: config.require("imageId"),
  instanceType: config.get("instanceType") ?? "m7i.large",
  market: { lifecycle: "spot" },
  userData: "#!/bin/sh\necho 'hello from the same address' > /var/www/index.html\n",
  tags: { service: "quickstart" },
});

export const instanceId = web.instanceId;
export const networkInterfaceId = web.networkInterfaceId;
export const privateIp = web.privateIp;
export const publicIp = web.publicIp;
export const macAddress = web.macAddress;
