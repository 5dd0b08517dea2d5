type Invariant = "a" | "b" | "c" | "d" | "e" | "h";

/** Something that must not be, and when it was seen. */
export interface Breach {
  invariant: Invariant;
  what: string;
  when: string;
}

export type Add = (invariant: Invariant, what: string) => void;
