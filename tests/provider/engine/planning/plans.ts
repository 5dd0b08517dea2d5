/** Plans for tests: for a machine that is as it is wanted, but for what a test is about. */
import { TAG } from "../../../../provider/ec2/tags";
import { plan } from "../../../../provider/engine/planning/plan";
import type { Step } from "../../../../provider/engine/planning/step";
import type { Situation } from "../../../../provider/model/goal";
import { castOf } from "../../../../provider/engine/situation/cast";
import { eni, situation } from "../things";

/** The plan without the tag that says where a machine without wishes is: tags.test.ts is about that. */
export function planned(overrides: Partial<Situation> = {}): Step[] {
  return wholePlan(overrides).filter(
    (it) => it.kind !== "tag" || it.remove.length > 0 || Object.keys(it.set).join() !== TAG.network,
  );
}

export function wholePlan(overrides: Partial<Situation> = {}): Step[] {
  return plan(castOf(situation(overrides)));
}

export function kinds(overrides: Partial<Situation> = {}): string[] {
  return planned(overrides).map((it) => it.kind);
}

/** The network interface, with nothing on it. */
export const FREE = eni({ attachment: undefined, status: "available" });
/** A change of image. */
export const OLD = { imageId: "ami-0a1b2c3d" };
