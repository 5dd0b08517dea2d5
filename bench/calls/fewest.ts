/** The calls that each operation on one machine cannot do without, by action, and why: any tool that promises the same has to make them. */
import type { Calls } from "./counter";
import type { Operation } from "./machines";

export interface Fewest {
  calls: Calls;
  why: string;
}

/** One look at each kind of thing that a machine is made of: EC2 has no call that tells of two kinds. */
const LOOK: Calls = {
  DescribeLaunchTemplates: 1,
  DescribeLaunchTemplateVersions: 1,
  DescribeNetworkInterfaces: 1,
  DescribeAddresses: 1,
  DescribeInstances: 1,
  DescribeVolumes: 1,
};

export const FEWEST: Readonly<Record<Operation, Fewest>> = {
  create: {
    calls: {
      DescribeLaunchTemplates: 1,
      CreateLaunchTemplate: 1,
      CreateNetworkInterface: 1,
      RunInstances: 1,
      DescribeInstances: 1,
      CreateTags: 1,
    },
    why: "whether an earlier run began it, the record, the interface, the instance, one look when it runs, and the mark that a state has it. Ours also asks at preview for the subnet, the groups, the image, the type and its zones and for a machine of that name, so that a mistake is found before anything is made, looks for what there is, and looks several times until the instance runs",
  },
  "first up after it": {
    calls: {},
    why: "the state has all that was made. Pulumi gives `check` the inputs of the state and not its outputs, so ours looks once, and has it from then on",
  },
  "preview, nothing changed": {
    calls: {},
    why: "the state is enough. Ours asks once for all machines of a region whether a controller has given one up, which the `up` then tries again",
  },
  "up, nothing changed": { calls: {}, why: "the same" },
  refresh: {
    calls: LOOK,
    why: "one look at each kind of thing",
  },
  "preview, image changed": {
    calls: { ...LOOK, DescribeImages: 1, DescribeInstanceAttribute: 2 },
    why: "one look at each kind of thing, at the new image, and whether the instance has termination or stop protection, each asked for by itself. Ours looks twice: Pulumi asks `check` what the outputs will be and `diff` what will happen, and `diff` looks anew",
  },
  "up, replaced": {
    calls: {
      ...LOOK,
      DescribeInstances: 2,
      DescribeNetworkInterfaces: 2,
      DescribeImages: 1,
      DescribeInstanceTypes: 1,
      DescribeInstanceTypeOfferings: 1,
      DescribeInstanceAttribute: 2,
      CreateLaunchTemplateVersion: 1,
      "RunInstances (dry run)": 1,
      TerminateInstances: 1,
      RunInstances: 1,
    },
    why: "a look, whether the new instance could start (nothing that works is ended before), the record, the end, one look when the interface is free, the launch, one look when it runs. Ours looks in `check`, `diff` and `update`, as Pulumi calls each by itself, and several times until EC2 is done",
  },
  destroy: {
    calls: {
      ...LOOK,
      DescribeNetworkInterfaces: 2,
      DescribeInstanceAttribute: 2,
      TerminateInstances: 1,
      DeleteNetworkInterface: 1,
      DeleteLaunchTemplate: 1,
    },
    why: "a look, the end, one look when the interface is free, and what was made is deleted. Ours also looks whether somebody's Elastic IP would come off with the interface, and several times until that is free",
  },
};
