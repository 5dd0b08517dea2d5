/** The checks of `managed-instance doctor`, once somebody asks for them: they take EC2 a few dozen calls. */
import { useSignal } from "@preact/signals";
import type { DoctorReport } from "../cli/console/wire";
import { Notice, Panel, Sentence, Time } from "./parts";
import { CallFailure, get } from "./server-calls";

const SIGNS: Readonly<Record<DoctorReport["checks"][number]["kind"], string>> = {
  ok: "ok",
  note: "note",
  problem: "found",
};

export function Doctor({ id }: { id: string }) {
  const report = useSignal<DoctorReport | CallFailure | "running" | undefined>(undefined);
  const run = async (): Promise<void> => {
    report.value = "running";
    report.value = await get<DoctorReport>(`/api/machines/${id}/doctor`).catch((error: unknown) =>
      error instanceof CallFailure ? error : new CallFailure("failed", String(error)),
    );
  };
  const isRunning = report.value === "running";
  return (
    <Panel
      title="Doctor"
      actions={
        <button type="button" disabled={isRunning} onClick={() => void run()}>
          {isRunning ? "Checking …" : "Check now"}
        </button>
      }
    >
      <div role="status">
        {report.value === undefined ? (
          <p class="hint">
            Checks credentials, rights and quotas, and finds what is left over or in the way. It changes nothing.
          </p>
        ) : report.value === "running" ? (
          <p class="loading">Asking EC2 …</p>
        ) : (
          <Report report={report.value} />
        )}
      </div>
    </Panel>
  );
}

function Report({ report }: { report: DoctorReport | CallFailure }) {
  if (report instanceof CallFailure) {
    return (
      <Notice tone="bad" title="The check could not be made">
        <Sentence>{report.text}</Sentence>
      </Notice>
    );
  }
  const problems = report.checks.filter((it) => it.kind === "problem").length;
  return (
    <>
      <p>
        {problems === 0 ? "Nothing is wrong" : `Found: ${problems}`}, <Time at={report.at} />.
      </p>
      <ul class="checks">
        {report.checks.map((it, at) => (
          <li key={at} class={it.kind}>
            <span class="sign">{SIGNS[it.kind]}</span>{" "}
            <span>
              {it.about}: <Sentence>{it.what}</Sentence>
              {it.advice !== "" && (
                <>
                  {" "}
                  <Sentence>{it.advice}</Sentence>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
