import type { Picture } from "../section";
import { quantile, type Series } from "./series";

/** Told apart by their dashes, so that they are in black and white too. */
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4]];

export function distributions(series: readonly Series[]): Picture {
  const values = groups(series).flatMap(({ group, members }) =>
    members.flatMap((it) => it.outage.map((seconds, percent) => ({ group, way: it.name, seconds, percent }))),
  );
  return {
    name: "outage-distributions",
    title:
      "For each strategy, and below for each way that people use instead: the share of replacements in which the private IP was dark for at most so many seconds. The curves of overlap and skipOsShutdown lie furthest left",
    spec: {
      data: { values },
      facet: { row: { field: "group", type: "nominal", title: null, header: { labelAngle: 0, labelAlign: "left" } } },
      spec: {
        width: 640,
        height: 240,
        mark: { type: "line", color: "black", strokeWidth: 1.5, clip: true },
        encoding: {
          x: { field: "seconds", type: "quantitative", title: "seconds dark", scale: { domain: [0, 120] } },
          y: { field: "percent", type: "quantitative", title: "% of replacements" },
          strokeDash: {
            field: "way",
            type: "nominal",
            title: null,
            scale: { range: DASHES },
            legend: { symbolSize: 800, labelLimit: 0 },
          },
        },
      },
      resolve: { scale: { strokeDash: "independent" } },
    },
  };
}

export function ranges(series: readonly Series[]): Picture {
  const values = series.map((it) => ({
    way: it.name,
    p50: quantile(it.outage, 50),
    p99: quantile(it.outage, 99),
    floor: quantile(it.floor, 50),
  }));
  const y = { field: "way", type: "nominal", title: null, sort: null, axis: { labelLimit: 0 } };
  const x = (field: string): Record<string, unknown> => ({ field, type: "quantitative", title: "seconds dark" });
  return {
    name: "outage-ranges",
    title:
      "Dark in one replacement: from the median (dot) to the 99th percentile; the tick is the median of EC2's own floor",
    spec: {
      data: { values },
      width: 560,
      height: { step: 26 },
      layer: [
        {
          mark: { type: "bar", height: 6, color: "#999" },
          encoding: { y, x: x("p50"), x2: { field: "p99" } },
        },
        { mark: { type: "point", filled: true, color: "black", size: 60 }, encoding: { y, x: x("p50") } },
        { mark: { type: "tick", color: "black", thickness: 2, size: 18 }, encoding: { y, x: x("floor") } },
      ],
    },
  };
}

function groups(series: readonly Series[]): { group: string; members: Series[] }[] {
  return [
    { group: "our strategies", members: series.filter((it) => it.isOurs) },
    { group: "used instead", members: series.filter((it) => !it.isOurs) },
  ];
}
