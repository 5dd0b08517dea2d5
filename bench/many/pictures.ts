import type { Picture } from "../section";
import { describes, type ManyData, mutations, number, throttled } from "./data";
import { CREATE, DESTROY, REPLACE } from "./phases";

const PICTURED = [CREATE, REPLACE, DESTROY].map((it) => it.name);

export function picture({ sizes }: ManyData): Picture {
  const values = sizes.flatMap(({ count, phases }) =>
    phases
      .filter((it) => PICTURED.includes(it.name))
      .flatMap((it) => {
        const of = { machines: number(count), phase: it.name };
        return [
          { ...of, measure: "simulated seconds", what: "bound by EC2", value: it.boundSeconds },
          { ...of, measure: "simulated seconds", what: "measured", value: it.makespanSeconds },
          { ...of, measure: "EC2 calls", what: "mutating", value: mutations(it) },
          { ...of, measure: "EC2 calls", what: "describes", value: describes(it) },
          { ...of, measure: "EC2 calls", what: "throttled", value: throttled(it) },
        ];
      }),
  );
  return {
    name: "many-at-once",
    title: "Makespan and EC2 calls of 100 and 1,000 machines at once, beside what EC2's token buckets allow",
    spec: {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      data: { values },
      facet: {
        row: { field: "measure", title: null, sort: ["simulated seconds", "EC2 calls"] },
        column: { field: "machines", title: "machines", sort: ["100", "1,000"] },
      },
      resolve: { scale: { x: "independent" } },
      spec: {
        width: 260,
        mark: "bar",
        encoding: {
          y: { field: "phase", type: "nominal", title: null, sort: PICTURED },
          yOffset: { field: "what", sort: null },
          x: { field: "value", type: "quantitative", title: null },
          color: { field: "what", type: "nominal", title: null, sort: null },
        },
      },
    },
  };
}
