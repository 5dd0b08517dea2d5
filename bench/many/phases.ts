/** The operations on the stack, one after the other. */
import type { Verb } from "../../local/driver";
import { WELL_KNOWN } from "../../local/ec2";
import type { Step } from "../bound";
import * as needed from "../needed";

const { imageV1: FIRST, imageV2: SECOND } = WELL_KNOWN;

export interface Phase {
  name: string;
  verb: Verb;
  imageId: string;
  needed: readonly Step[];
}

export const CREATE: Phase = { name: "up (create)", verb: "up", imageId: FIRST, needed: needed.CREATE };
export const NO_CHANGE: Phase = { name: "up (nothing changed)", verb: "up", imageId: FIRST, needed: [] };
export const REPLACE: Phase = { name: "up (all replaced)", verb: "up", imageId: SECOND, needed: needed.REPLACE };
export const DESTROY: Phase = { name: "destroy", verb: "destroy", imageId: SECOND, needed: needed.DESTROY };

const PREVIEW_CREATE: Phase = { name: "preview (create)", verb: "preview", imageId: FIRST, needed: [] };
const PREVIEW_NO_CHANGE: Phase = { ...PREVIEW_CREATE, name: "preview (nothing changed)" };
const PREVIEW_CHANGE: Phase = {
  name: "preview (change to all)",
  verb: "preview",
  imageId: SECOND,
  needed: needed.PREVIEW_OF_A_CHANGE,
};

/** They ask EC2 nothing. */
export const IDLE_PREVIEWS: readonly Phase[] = [PREVIEW_CREATE, PREVIEW_NO_CHANGE];

export const ALL: readonly Phase[] = [
  PREVIEW_CREATE,
  CREATE,
  NO_CHANGE,
  PREVIEW_NO_CHANGE,
  PREVIEW_CHANGE,
  REPLACE,
  DESTROY,
];
