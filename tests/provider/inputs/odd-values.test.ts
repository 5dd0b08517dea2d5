/** Names and values that nobody means, values that are not known yet, and user data, which is never shown. */
import assert from "node:assert/strict";
import { checkInputs } from "../../../provider/inputs/inputs";
import { UNKNOWN } from "../../../provider/inputs/validation";
import { program } from "../support";
import { failures, inputs, REGION } from "./checking";

describe("checkInputs", () => {
  describe("whatever it is given", () => {
    const GARBAGE = [
      0,
      "",
      "x\ny",
      true,
      [],
      [null],
      [[]],
      [{}],
      {},
      { a: { b: [7] } },
      JSON.parse('{"__proto__": 1}'),
    ];
    const NAMES = Object.keys(inputs()).concat(
      ["privateIp", "secondaryPrivateIps", "secondaryPrivateIpCount", "ipv6Addresses", "ipv6AddressCount", "adopt"],
      [
        "securityGroupIds",
        "userData",
        "userDataBase64",
        "keyName",
        "iamInstanceProfile",
        "ebsOptimized",
        "tenancy",
        "cpuCredits",
      ],
      ["cpuOptions", "placementGroup", "rootVolume", "constructor", "toString", "hasOwnProperty"],
    );

    it("it answers in single lines and never throws", () => {
      for (const name of NAMES) {
        for (const value of GARBAGE as unknown[]) {
          for (const { property, reason } of failures({ [name]: value })) {
            assert.ok(!`${property}${reason}`.includes("\n"), reason);
            assert.ok(reason.length < 1500, reason);
          }
        }
      }
    });

    it("it takes every name of a prototype for an unknown one", () => {
      const given = JSON.parse('{"__proto__": {"elasticIp": true}, "constructor": 1, "toString": 2}') as object;
      const checked = checkInputs({ ...program(), ...given }, REGION);
      assert.deepEqual(
        checked.failures.map((it) => it.property),
        ["__proto__", "constructor", "toString"],
      );
      assert.equal(checked.inputs.elasticIp, false);
      const nested = failures({ dataVolumes: [JSON.parse('{"__proto__": {"name": "a"}, "constructor": 1}')] });
      assert.deepEqual(
        nested.map((it) => it.property),
        [
          "dataVolumes[0].__proto__",
          "dataVolumes[0].constructor",
          "dataVolumes[0].name",
          "dataVolumes[0].deviceName",
          "dataVolumes[0].size",
        ],
      );
    });

    it("it shows names and values short and escaped", () => {
      const found = failures({
        ["n".repeat(5000)]: 1,
        "a\nb": 1,
        keyName: "\u2028\u202e\u0085",
        privateIp: "x".repeat(5000),
      });
      assert.equal(found.length, 4);
      for (const { property, reason } of found) {
        assert.ok(property.length < 100 && reason.length < 1500);
        assert.match(reason, /^[\x20-\x7e…]+$/);
      }
    });
  });

  describe("an unknown name", () => {
    const reasonOf = (given: Record<string, unknown>): string => failures(given)[0]?.reason ?? "";

    it("is answered with the nearest right one", () => {
      for (const [given, meant] of [
        ["instancetype", "instanceType"],
        ["subnet", "subnetId"],
        ["securityGroups", "securityGroupIds"],
        ["elasticIP", "elasticIp"],
      ] as const) {
        assert.match(reasonOf({ [given]: "x" }), new RegExp(`"${given}" is not an input .*did you mean "${meant}"\\?`));
      }
    });

    it("is found at any depth, and named with its path", () => {
      const [failure] = failures({ rootVolume: { sise: 8 } });
      assert.equal(failure?.property, "rootVolume.sise");
      assert.match(failure.reason, /did you mean "size"\?/);
      assert.equal(failures({ market: { lifecycle: "spot", maxprice: 1 } })[0]?.property, "market.maxprice");
      assert.equal(failures({ deletion: { eni: "delete" } })[0]?.property, "deletion.eni");
    });

    it("is answered with all names where none is near, and never with an internal one", () => {
      const reason = reasonOf({ xyzzy: 1 });
      assert.match(reason, /the inputs are region, subnetId/);
      assert.ok(!reason.includes("resourceUrn"));
      assert.ok(!reasonOf({ resourceUrns: "x" }).includes('"resourceUrn"?'));
    });

    it("does not show the value, which may be a secret", () => {
      assert.ok(!reasonOf({ userdata: "hunter2" }).includes("hunter2"));
    });
  });

  describe("user data", () => {
    const SECRET = "hunter2-";

    it("over 16 KB is refused with its size and the limit, and not shown", () => {
      const [failure] = failures({ userData: SECRET.repeat(2049) });
      assert.equal(failure?.property, "userData");
      assert.match(failure.reason, /is 16392 bytes, and EC2 takes at most 16384/);
      assert.ok(!failure.reason.includes("hunter2"));
    });

    it("that has another type is refused and not shown", () => {
      for (const userData of [{ password: SECRET }, [SECRET], 7]) {
        const [failure] = failures({ userData });
        assert.equal(failure?.property, "userData");
        assert.match(failure.reason, /must be a string: text, or bytes as userDataBase64/);
        assert.ok(!failure.reason.includes("hunter2"));
      }
    });

    it("in base64 is refused where it is none, is too long, or comes with text, and is not shown", () => {
      const encoded = Buffer.from(SECRET.repeat(2049)).toString("base64");
      for (const [given, reason] of [
        [{ userDataBase64: SECRET }, /^userDataBase64 is not valid base64 .*give text as userData$/],
        [{ userDataBase64: `${encoded.slice(0, 80)}=` }, /is not valid base64/],
        [{ userDataBase64: encoded.slice(0, 81) }, /is not valid base64/],
        [{ userDataBase64: `${encoded.slice(0, 79)}_` }, /is not valid base64/],
        [{ userDataBase64: [SECRET] }, /must be a string: base64 of the bytes/],
        [{ userDataBase64: encoded }, /is 16392 bytes, and EC2 takes at most 16384/],
        [
          { userDataBase64: encoded.slice(0, 80), userData: SECRET },
          /^userData and userDataBase64 contradict each other/,
        ],
      ] as const) {
        const found = failures(given);
        assert.deepEqual(
          found.map((it) => it.property),
          ["userDataBase64"],
        );
        assert.match(found[0]?.reason ?? "", reason);
        assert.ok(!found[0]?.reason.includes("hunter2"));
        assert.ok(!found[0]?.reason.includes(encoded.slice(0, 8)));
      }
    });

    it("in base64 may have line breaks, be empty beside text, and not be known yet", () => {
      const most = Buffer.alloc(16_384, 255).toString("base64");
      for (const given of [
        { userDataBase64: most.replace(/(.{76})/g, "$1\r\n") },
        { userDataBase64: "", userData: "x" },
        { userDataBase64: "eA==", userData: "" },
        { userDataBase64: UNKNOWN, userData: "x" },
      ]) {
        assert.deepEqual(failures(given), []);
      }
    });

    it("is not shown when something else is wrong", () => {
      const found = failures({ userData: SECRET, subnetId: "x", market: "x", tags: "x", foo: 1, rootVolume: 1 });
      assert.equal(found.length, 5);
      assert.ok(!JSON.stringify(found).includes("hunter2"));
    });
  });

  describe("a value that is not known yet", () => {
    it("is let through in place of any input", () => {
      for (const name of Object.keys(inputs({ privateIp: "10.0.1.7", keyName: "k", userData: "u" }))) {
        assert.equal(inputs({ [name]: UNKNOWN })[name], UNKNOWN, name);
      }
    });

    it("is let through at any depth", () => {
      const given = {
        securityGroupIds: ["sg-0a1b2c3d", UNKNOWN],
        market: { lifecycle: UNKNOWN, maxPrice: UNKNOWN, fallbackToOnDemand: UNKNOWN, revertToSpot: UNKNOWN },
        healing: { enabled: UNKNOWN },
        schedules: [{ action: UNKNOWN, cron: UNKNOWN, timezone: UNKNOWN }],
        metadataOptions: { httpTokens: UNKNOWN, httpPutResponseHopLimit: UNKNOWN },
        rootVolume: { size: UNKNOWN, type: UNKNOWN, encrypted: UNKNOWN, kmsKeyId: UNKNOWN },
        tags: { Team: UNKNOWN },
        recycleTriggers: { image: UNKNOWN },
        deletion: { elasticIp: UNKNOWN },
        secondaryPrivateIps: ["10.0.1.8", UNKNOWN],
        fallbackInstanceTypes: [UNKNOWN],
        cpuOptions: { coreCount: UNKNOWN, threadsPerCore: UNKNOWN },
        dataVolumes: [{ name: UNKNOWN, deviceName: UNKNOWN, size: UNKNOWN }],
        replacement: { strategy: UNKNOWN, timeoutSeconds: UNKNOWN },
        adopt: { instanceId: UNKNOWN },
      };
      const checked = inputs(given);
      assert.deepEqual(checked.securityGroupIds, given.securityGroupIds);
      assert.deepEqual(checked.market, given.market);
      assert.deepEqual(checked.tags, given.tags);
      assert.deepEqual(checked.rootVolume, given.rootVolume);
    });

    it("hides nothing that is wrong beside it", () => {
      assert.equal(failures({ subnetId: UNKNOWN, imageId: "ami-1" })[0]?.property, "imageId");
      assert.equal(failures({ tags: { "aws:x": "1", Team: UNKNOWN } }).length, 1);
    });
  });
});
