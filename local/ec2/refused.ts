/** Something that the simulator itself was asked for and cannot do, and why, in a sentence that names what it takes. */
export class Refused extends Error {}
