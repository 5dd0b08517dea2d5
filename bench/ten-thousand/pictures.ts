import type { Picture } from "../section";
import { isDescribe, total } from "./counted";
import type { Reclaim } from "./reclaim";
import type { Size } from "./sizes";

const WIDTH = 640;

/** A curve is drawn through so many of its points. */
const POINTS = 100;

function curve(seconds: readonly number[], who: string): { minutes: number; share: number; who: string }[] {
  const sorted = [...seconds].sort((a, b) => a - b);
  return Array.from({ length: POINTS + 1 }, (_, index) => {
    const share = index / POINTS;
    const at = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return { minutes: Math.round(at * 10) / 600, share: Math.round(share * 100), who };
  });
}

export function recoveryPicture({ plenty, scarce }: { plenty: Reclaim; scarce: Reclaim }): Picture {
  const values = [
    ...curve(plenty.floor, "the floor: launches as the account's bucket allows"),
    ...curve(plenty.outages, "with capacity all the time"),
    ...curve(scarce.outages, `${scarce.lost} lost, no spot for 8 minutes; on-demand for two thirds`),
  ];
  return {
    name: "ten-thousand-recovery",
    title: "How many are back, and after how long",
    spec: {
      width: WIDTH,
      height: 260,
      data: { values },
      mark: { type: "line", strokeWidth: 2 },
      encoding: {
        x: { field: "minutes", type: "quantitative", title: "minutes without an instance" },
        y: { field: "share", type: "quantitative", title: "% of machines" },
        color: {
          field: "who",
          type: "nominal",
          title: null,
          sort: null,
          legend: { orient: "bottom", columns: 1, labelLimit: 500 },
        },
      },
    },
  };
}

/** So many of the machines are shown. */
const DOTS = 150;

export function turnPicture({ floor, outages }: Reclaim): Picture {
  const step = Math.max(1, Math.floor(outages.length / DOTS));
  const values = outages.flatMap((seconds, index) =>
    index % step === 0 ? [{ floor: floor[index] ?? 0, seconds }] : [],
  );
  const longest = Math.max(...floor, ...outages);
  return {
    name: "ten-thousand-turn",
    title: "Machines that wait longer than their turn (on the line: none)",
    spec: {
      width: WIDTH,
      height: 260,
      layer: [
        {
          data: { values: [0, longest].map((it) => ({ floor: it, seconds: it })) },
          mark: { type: "line", color: "#999", strokeDash: [4, 4] },
          encoding: ENCODING,
        },
        { data: { values }, mark: { type: "circle", size: 18, opacity: 0.8 }, encoding: ENCODING },
      ],
    },
  };
}

const ENCODING = {
  x: {
    field: "floor",
    type: "quantitative",
    title: "seconds until it is back if launches go out in order (the floor)",
  },
  y: { field: "seconds", type: "quantitative", title: "seconds until it was back" },
};

export function growthPicture(sizes: readonly Size[]): Picture {
  const values = sizes.flatMap(({ machines, refresh, reclaim }) => [
    { machines, work: "refresh", what: "describe calls", each: total(refresh.counts, "calls", isDescribe) / machines },
    {
      machines,
      work: "recovery",
      what: "describe calls",
      each: total(reclaim.counts, "calls", isDescribe) / reclaim.lost,
    },
    { machines, work: "refresh", what: "ms of CPU", each: (refresh.cpuSeconds * 1000) / machines },
    { machines, work: "recovery", what: "ms of CPU", each: (reclaim.cpuSeconds * 1000) / reclaim.lost },
  ]);
  return {
    name: "ten-thousand-growth",
    title: "Cost of one machine, from 10 to 10,000 in one process",
    spec: {
      data: { values: values.map((it) => ({ ...it, each: Math.round(it.each * 100) / 100 })) },
      facet: { column: { field: "what", type: "nominal", title: null, header: { labelFontSize: 13 } } },
      spec: {
        width: 270,
        height: 220,
        mark: { type: "line", point: true, strokeWidth: 2 },
        encoding: {
          x: {
            field: "machines",
            type: "quantitative",
            scale: { type: "log" },
            axis: { values: [10, 100, 1000, 10_000] },
          },
          y: { field: "each", type: "quantitative", title: "for each machine" },
          color: { field: "work", type: "nominal", title: null, sort: null, legend: { orient: "bottom" } },
        },
      },
      resolve: { scale: { y: "independent" } },
    },
  };
}
