import assert from "node:assert/strict";
import type { Step } from "../../../../provider/engine/planning/step";
import type { Observed } from "../../../../provider/model/observed";
import { desired, eni, observed } from "../things";
import { kinds, OLD, planned } from "./plans";

describe("the plan of further addresses", () => {
  const [a, b, c] = ["10.0.1.20", "10.0.1.21", "10.0.1.22"];
  const [a6, b6] = ["2001:db8::20", "2001:db8::21"];
  const holding = (secondaryPrivateIps: string[], ipv6Addresses: string[] = []): Observed =>
    observed({ networkInterfaces: [eni({ secondaryPrivateIps, ipv6Addresses })] });

  it("leaves those alone that nobody declared", () => {
    assert.deepEqual(planned({ observed: holding([a], [a6]) }), []);
  });

  it("puts on what is missing before it takes off what is not wanted, and says what may make room", () => {
    const wanted = desired({ secondaryPrivateIps: [b, c], ipv6Addresses: [b6] });
    assert.deepEqual(planned({ desired: wanted, observed: holding([a, b], [a6]) }), [
      { kind: "assign-private-ips", wanted: { addresses: [c] }, instead: [a] },
      { kind: "assign-ipv6-addresses", wanted: { addresses: [b6] }, instead: [a6] },
      { kind: "unassign-private-ips", networkInterfaceId: "eni-1", addresses: [a] },
      { kind: "unassign-ipv6-addresses", networkInterfaceId: "eni-1", addresses: [a6] },
    ]);
  });

  it("counts what is held, and takes the last ones off first", () => {
    const count = (secondaryPrivateIpCount: number): Step[] =>
      planned({ desired: desired({ secondaryPrivateIpCount }), observed: holding([a, b]) });
    assert.deepEqual(count(2), []);
    assert.deepEqual(count(5), [{ kind: "assign-private-ips", wanted: { count: 3 }, instead: [] }]);
    assert.deepEqual(count(1), [{ kind: "unassign-private-ips", networkInterfaceId: "eni-1", addresses: [b] }]);
    assert.deepEqual(count(0), [{ kind: "unassign-private-ips", networkInterfaceId: "eni-1", addresses: [a, b] }]);
  });

  it("takes the named ones along to another interface while nothing works behind either", () => {
    const steps = planned({
      desired: desired({ privateIp: "10.0.1.9", secondaryPrivateIps: [a, b], ipv6Addresses: [a6] }),
      observed: holding([a], [a6]),
    });
    assert.deepEqual(
      steps.map((it) => it.kind),
      [
        "make-network-interface",
        "record-generation",
        "preflight",
        "retire",
        "take-over-private-ips",
        "unassign-ipv6-addresses",
        "assign-ipv6-addresses",
        "launch",
        "delete-network-interface",
      ],
    );
    assert.deepEqual(steps[0], { kind: "make-network-interface", later: [a, a6] });
    assert.deepEqual(steps[4], { kind: "take-over-private-ips", from: "eni-1", addresses: [a] });
  });

  it("finishes a move that was interrupted: what is on neither interface is put on the new one", () => {
    const wanted = desired({ privateIp: "10.0.1.9", secondaryPrivateIps: [a, b], ipv6Addresses: [a6] });
    const made = eni({ id: "eni-2", privateIp: "10.0.1.9", attachment: undefined, status: "available" });
    const steps = planned({
      desired: wanted,
      observed: observed({ networkInterfaces: [eni({ secondaryPrivateIps: [a] }), made], instances: [] }, wanted),
    });
    assert.deepEqual(steps.slice(0, 3), [
      { kind: "assign-private-ips", wanted: { addresses: [b] }, instead: [] },
      { kind: "assign-ipv6-addresses", wanted: { addresses: [a6] }, instead: [] },
      { kind: "take-over-private-ips", from: "eni-1", addresses: [a] },
    ]);
  });

  it("records a new generation after all of the identity, which can be refused", () => {
    const wanted = desired({ ...OLD, elasticIp: true, secondaryPrivateIps: [a] });
    assert.deepEqual(kinds({ desired: wanted }), [
      "assign-private-ips",
      "allocate-elastic-ip",
      "associate-elastic-ip",
      "record-generation",
      "preflight",
      "retire",
      "launch",
    ]);
  });
});
