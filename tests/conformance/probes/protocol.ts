import { answers, area, source } from "../probe";

const { api, codes } = source;

const queries = api("Query requests");
const VERSION = "Version=2016-11-15";

export const protocol = area("protocol", [
  answers({
    id: "protocol.unknown-action",
    title: "an unknown action is InvalidAction, HTTP 400, in EC2's XML, with a request id",
    source: codes,
    call: async (scene) => {
      const { status, body } = await scene.raw(`Action=DoNothing&${VERSION}`);
      return [status, body.includes("<Code>InvalidAction</Code>"), /<RequestID>[0-9a-f-]{36}<\/RequestID>/.test(body)];
    },
    expected: [400, true, true],
  }),
  answers({
    id: "protocol.no-action",
    title: "a request without an action is MissingAction",
    source: codes,
    call: async (scene) => /<Code>(\w+)<\/Code>/.exec((await scene.raw(VERSION)).body)?.[1],
    expected: "MissingAction",
  }),
  answers({
    id: "protocol.request-id",
    title: "each reply has a request id",
    source: queries,
    call: async (scene) => {
      const { body } = await scene.raw(`Action=DescribeVpcs&${VERSION}`);
      return /<requestId>[0-9a-f-]{36}<\/requestId>/.test(body);
    },
    expected: true,
  }),
  answers({
    id: "protocol.root",
    title: "a reply's root is named after the action, in the API version's namespace",
    source: queries,
    call: async (scene) => {
      const { body } = await scene.raw(`Action=DescribeVpcs&${VERSION}`);
      return body.includes('<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">');
    },
    expected: true,
  }),
  answers({
    id: "protocol.return",
    title: "a call with nothing to tell answers return true",
    source: api("DeleteNetworkInterface"),
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      const { body } = await scene.raw(`Action=DeleteNetworkInterface&${VERSION}&NetworkInterfaceId=${eni}`);
      return body.includes("<return>true</return>");
    },
    expected: true,
  }),
  answers({
    id: "protocol.not-a-number",
    title: "a count that is no number is refused",
    source: codes,
    call: async (scene) => {
      const { image, subnetA } = scene.here;
      const launch = `ImageId=${image}&InstanceType=t3.micro&SubnetId=${subnetA}&MinCount=one&MaxCount=1`;
      const { status, body } = await scene.raw(`Action=RunInstances&${VERSION}&${launch}`);
      return [status, /<Code>(\w+)<\/Code>/.exec(body)?.[1]];
    },
    expected: [400, "InvalidParameterValue"],
  }),
  answers({
    id: "protocol.missing-parameter",
    title: "a required parameter that is not given is named",
    source: codes,
    call: async (scene) => {
      const { status, body } = await scene.raw(`Action=DeleteNetworkInterface&${VERSION}`);
      return [status, /<Code>(\w+)<\/Code>/.exec(body)?.[1], /networkInterfaceId/i.test(body)];
    },
    expected: [400, "MissingParameter", true],
  }),
]);
