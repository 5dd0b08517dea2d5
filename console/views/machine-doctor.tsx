/** The checks of `managed-instance doctor`, run when the user asks for them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { DoctorReport } from "../../cli/console/wire";
import { announce } from "../data/announce";
import { useLoaded, type Loaded } from "../data/loaded";
import { SENTENCE } from "../model/text";
import { counted } from "../model/words";
import { Icon, type IconName } from "../parts/icons";
import { Section, WhenLoaded } from "../parts/section";
import { Ago, Sentence, Text } from "../parts/text";

type Check = DoctorReport["checks"][number];

export function Doctor({ path }: { path: string }): JSX.Element {
  const runs = useSignal(0);
  const loaded = useLoaded<DoctorReport>(runs.value === 0 ? null : `${path}/doctor`, String(runs.value)).value;
  const isRunning = runs.value > 0 && loaded.isLoading;
  useSpoken(runs.value, loaded);
  const run = (
    <button
      type="button"
      class="button"
      aria-disabled={isRunning}
      onClick={() => {
        runs.value += isRunning ? 0 : 1;
      }}
    >
      {isRunning ? "Checking…" : runs.value === 0 ? "Run the checks" : "Run again"}
    </button>
  );
  return (
    <Section
      title="Doctor"
      about="Checks credentials, rights, quotas and what is left over, by dry runs. It changes nothing."
      action={run}
    >
      {runs.value === 0 ? null : <WhenLoaded loaded={loaded}>{(report) => <Report report={report} />}</WhenLoaded>}
      {loaded.failure === null || loaded.value === null ? null : (
        <p class="reason">
          <Sentence text={loaded.failure.message} />
        </p>
      )}
    </Section>
  );
}

function useSpoken(runs: number, { isLoading, value, failure }: Loaded<DoctorReport>): void {
  useEffect(() => {
    if (runs > 0 && !isLoading) {
      announce(failure !== null ? failure.message : summaryOf(value?.checks ?? []));
    }
  }, [runs, isLoading, value, failure]);
}

function summaryOf(checks: readonly Check[]): string {
  const problems = checks.filter((it) => it.kind === "problem").length;
  return problems === 0 ? "Nothing is wrong." : `Found ${counted(problems, "problem")}.`;
}

const ICONS: Readonly<Record<Check["kind"], readonly [icon: IconName, word: string]>> = {
  ok: ["good", "ok"],
  note: ["info", "note"],
  problem: ["bad", "problem"],
};

function Report({ report }: { report: DoctorReport }): JSX.Element {
  return (
    <>
      <p>
        <strong>{summaryOf(report.checks)}</strong>{" "}
        <span class="muted">
          Checked <Ago at={report.at} />.
        </span>
      </p>
      <ul class="checks">
        {report.checks.map((check, at) => {
          const [icon, word] = ICONS[check.kind];
          return (
            <li key={at} class={`check check-${check.kind}`}>
              <Icon name={icon} />
              <div>
                <span class="unseen">{word}: </span>
                <strong>
                  <Text value={check.about} />
                </strong>{" "}
                <Text value={check.what} most={SENTENCE} />
                {check.advice === "" ? null : (
                  <p class="muted">
                    <Sentence text={check.advice} />
                  </p>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </>
  );
}
