/** Arguments of the component that are refused, in a sentence. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ManagedInstanceController } from "../../../sdk/controller";
import { mocked } from "./registered";

describe("ManagedInstanceController", function () {
  this.timeout(30_000);
  before(mocked);

  const BAD: readonly [args: object, wanted: RegExp][] = [
    [{ tickMinutes: 0 }, /tickMinutes must be a whole number from 1 to 15, not 0/],
    [{ tickMinutes: 1.5 }, /tickMinutes must be a whole number/],
    [{ tickMinutes: "1" }, /tickMinutes must be a whole number from 1 to 15, not "1"/],
    [{ memoryMb: 64 }, /memoryMb must be a whole number from 128 to 10240/],
    [
      { runtime: "nodejs20.x" },
      /runtime must be nodejs22\.x or a newer Node\.js runtime of Lambda, .* not "nodejs20\.x"/,
    ],
    [{ runtime: "python3.14" }, /runtime must be nodejs22\.x or a newer .* not "python3\.14"/],
    [{ runtime: 24 }, /runtime must be nodejs22\.x or a newer .* not 24/],
    [{ maxConcurrency: 1 }, /maxConcurrency must be a whole number from 2 to 1000/],
    [
      { maxConcurrency: 50, reservedConcurrency: 20 },
      /reservedConcurrency \(20\) must be at least maxConcurrency \(50\)/,
    ],
    [{ logRetentionDays: 10 }, /logRetentionDays must be one of 0, 1, 3, 5, 7, .* not 10/],
    [{ alarmActions: ["me@example.org"] }, /alarmActions must be a list of ARNs, such as .* not "me@example\.org"/],
    [{ alarmActions: "arn:aws:sns:us-east-1:123456789012:a" }, /alarmActions must be a list of ARNs/],
    [{ instanceRoleArns: ["admin"] }, /instanceRoleArns must be a list of ARNs/],
    [{ tickMinute: 1 }, /there is no tickMinute; there is tickMinutes, /],
  ];
  for (const [args, wanted] of BAD) {
    it(`refuses ${JSON.stringify(args)}, in a sentence`, () => {
      assert.throws(() => new ManagedInstanceController("machines", args), wanted);
    });
  }

  it("says all that is wrong at once, without a stack", () => {
    assert.throws(
      () => new ManagedInstanceController("my machines", { tickMinutes: 60, memoryMb: 1 }),
      (error: Error) =>
        pulumi.RunError.isInstance(error) &&
        /^ManagedInstanceController "my machines": the name .*; tickMinutes .*; memoryMb .*$/.test(error.message),
    );
  });
});
