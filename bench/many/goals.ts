import type { Goal } from "../section";
import { describes, mutations, number, ownMs, type PhaseData, phaseOf, type Size } from "./data";
import type { Overhead } from "./overhead";
import { CREATE, DESTROY, NO_CHANGE, REPLACE } from "./phases";

const MOST_OVER_BOUND = 1.15;
/** With fewer machines, and EC2's clock far ahead, the processes take the time and not EC2. */
export const FEWEST_TIMED = 100;
const MOST_OVERHEAD_MS = 3;
const FLAT = 1.2;

export function goalsOf(size: Size): Goal[] {
  const { count, phases } = size;
  const failures = phases.flatMap((it) => it.failures);
  const noChange = phaseOf(size, NO_CHANGE);
  const over = count < FEWEST_TIMED ? [] : [CREATE, REPLACE, DESTROY].flatMap((it) => phaseOf(size, it) ?? []);
  return [
    {
      what: `errors that reach one of ${number(count)} machines, in all phases`,
      wanted: "0",
      measured: number(failures.length),
      isMet: failures.length === 0,
      failsRun: false,
    },
    ...(noChange === undefined ? [] : [noMutations(count, noChange)]),
    ...over.map((it): Goal => {
      const ratio = it.makespanSeconds / it.boundSeconds;
      return {
        what: `makespan of ${it.name} of ${number(count)} machines, against the bound`,
        wanted: `at most ${MOST_OVER_BOUND}x`,
        measured: `${ratio.toFixed(2)}x`,
        isMet: ratio <= MOST_OVER_BOUND,
        failsRun: false,
      };
    }),
  ];
}

function noMutations(count: number, noChange: PhaseData): Goal {
  const measured = mutations(noChange);
  return {
    what: `mutating calls in an \`up\` of ${number(count)} machines in which nothing changed`,
    wanted: "0",
    measured: number(measured),
    isMet: measured === 0,
    failsRun: true,
  };
}

/** Looks go out for all machines at once, so that there are as many as the time allows, and few of a machine's own. */
export function fewDescribes(size: Size): Goal[] {
  return [CREATE, DESTROY].flatMap((phase) => {
    const measured = phaseOf(size, phase);
    if (measured === undefined) {
      return [];
    }
    const most = MOST_DESCRIBES_EACH * size.count;
    return {
      what: `describes in ${phase.name} of ${number(size.count)} machines`,
      wanted: `at most ${number(most)}, ${MOST_DESCRIBES_EACH} a machine`,
      measured: number(describes(measured)),
      isMet: describes(measured) <= most,
      // With EC2's clock so far ahead of the processes', their number depends on how fast those are.
      failsRun: false,
    };
  });
}

/** It was 19 in `create` and 26 in `destroy` when each machine looked by itself. */
const MOST_DESCRIBES_EACH = 15;

export function growth(few: Size, many: Size): Goal[] {
  const grown = [CREATE, REPLACE, DESTROY].flatMap((phase): Goal[] => {
    const [less, more] = [phaseOf(few, phase), phaseOf(many, phase)];
    if (less === undefined || more === undefined) {
      return [];
    }
    const time = more.makespanSeconds / less.makespanSeconds;
    const calls = describes(more) / describes(less);
    return [
      {
        what: `describes of ${phase.name}, ${number(many.count)} machines against ${number(few.count)}`,
        wanted: "grow no more than 1.5x as much as the time waited",
        measured: `${calls.toFixed(1)}x in ${time.toFixed(1)}x the time`,
        isMet: calls <= time * 1.5,
        failsRun: false,
      },
    ];
  });
  return [...grown, ...overheadGoals(few.overhead, many.overhead, many.count)];
}

function overheadGoals(few: Overhead | undefined, many: Overhead | undefined, count: number): Goal[] {
  if (few === undefined || many === undefined) {
    return [];
  }
  const ratio = many.ours.againMs / few.ours.againMs;
  return [
    {
      what: `provider overhead of a machine in a preview in which nothing changed, of ${number(count)}`,
      wanted: `under ${MOST_OVERHEAD_MS} ms`,
      measured: `${ownMs(many).toFixed(2)} ms`,
      isMet: ownMs(many) < MOST_OVERHEAD_MS,
      failsRun: false,
    },
    {
      what: "the same with Pulumi's part, 1,000 machines against 100",
      wanted: `flat: at most ${FLAT}x`,
      measured: `${ratio.toFixed(2)}x`,
      isMet: ratio <= FLAT,
      failsRun: false,
    },
  ];
}
