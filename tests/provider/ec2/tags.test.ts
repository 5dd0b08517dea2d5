import assert from "node:assert/strict";
import { isOwned, nameOf, OWN_TAG_PREFIX, TAG, urnTag } from "../../../provider/ec2/tags";

const URN = "urn:pulumi:dev::shop::pkg:Component$pulumi-nodejs:dynamic/managed-instance:ManagedInstance::web";

describe("urnTag", () => {
  it("is the URN where EC2 takes it", () => {
    assert.equal(urnTag(URN), URN);
    assert.equal(urnTag("u".repeat(256)), "u".repeat(256));
  });

  it("is a hash where the URN is longer than a tag value, another one for another URN", () => {
    const long = "u".repeat(257);
    assert.match(urnTag(long), /^sha256:[0-9a-f]{64}$/);
    assert.equal(urnTag(long), urnTag(long));
    assert.notEqual(urnTag(long), urnTag(`${long}v`));
  });

  it("is a hash where EC2 would look for more than the URN by it", () => {
    for (const name of ["w*b", "we?", "we\\b"]) {
      assert.match(urnTag(`${URN}${name}`), /^sha256:[0-9a-f]{64}$/);
    }
  });
});

describe("nameOf", () => {
  it("is the last part of the URN", () => {
    assert.equal(nameOf(URN), "web");
    assert.equal(nameOf(`${URN}::a`), "web::a");
    assert.equal(nameOf("no URN"), "no URN");
  });
});

describe("isOwned", () => {
  it("is so unless a tag says that the thing was given", () => {
    assert.ok(isOwned({ tags: {} }));
    assert.ok(isOwned({ tags: { [TAG.owned]: "true" } }));
    assert.ok(!isOwned({ tags: { [TAG.owned]: "false" } }));
  });
});

describe("the tag keys", () => {
  it("all begin with the prefix that users may not use", () => {
    assert.ok(Object.values(TAG).every((key) => key.startsWith(OWN_TAG_PREFIX)));
  });
});
