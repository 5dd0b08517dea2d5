import {
  associateProfile,
  checkProfileFree,
  disassociateProfile,
  findAssociation,
  replaceProfile,
} from "../../model/instance-profiles";
import { findProfile } from "../../model/launch-plan";
import { findInstance } from "../../model/lookup";
import type { ProfileAssociation } from "../../model/state";
import { changes, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import { readProfile } from "../read-launch";
import type { XmlObject } from "../xml";

const FILTERS: FilterTable<ProfileAssociation> = {
  "instance-id": ({ instanceId }) => instanceId,
  state: () => "associated",
};

function associationView(association: ProfileAssociation, state = "associated"): XmlObject {
  return {
    associationId: association.associationId,
    instanceId: association.instanceId,
    iamInstanceProfile: { arn: association.arn, id: association.id },
    state,
    timestamp: new Date(association.timestamp),
  };
}

export const instanceProfileActions: Actions = {
  AssociateIamInstanceProfile: changes((world, params) => {
    const instance = findInstance(world, params.required("InstanceId"));
    const profile = findProfile(world, readProfile(params));
    return () => {
      checkProfileFree(world, instance);
      const association = associateProfile(world, instance, profile);
      return { iamInstanceProfileAssociation: associationView(association, "associating") };
    };
  }),
  DisassociateIamInstanceProfile: changes((world, params) => {
    const association = findAssociation(world, params.required("AssociationId"));
    return () => {
      disassociateProfile(world, association);
      return { iamInstanceProfileAssociation: associationView(association, "disassociating") };
    };
  }),
  ReplaceIamInstanceProfileAssociation: changes((world, params) => {
    const association = findAssociation(world, params.required("AssociationId"));
    const profile = findProfile(world, readProfile(params));
    return () => {
      const replaced = replaceProfile(world, association, profile);
      return { iamInstanceProfileAssociation: associationView(replaced, "associating") };
    };
  }),
  DescribeIamInstanceProfileAssociations: reads((world, params) => {
    const ids = params.strings("AssociationId");
    const all = [...world.account.profileAssociations.values()];
    const wanted = ids.length > 0 ? ids.map((id) => findAssociation(world, id)) : all;
    const { entries, nextToken } = page(params, filtered(world, params, wanted, FILTERS), {
      parameter: "AssociationId",
      isStrict: true,
    });
    return { iamInstanceProfileAssociationSet: entries.map((one) => associationView(one)), nextToken };
  }),
};
