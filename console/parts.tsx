/** The parts that the views are made of. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { now } from "./store";
import { exactText, relativeText } from "./time";

/** Text that somebody else wrote: its direction is its own, and it may be long. */
export function Text({ children }: { children: string }) {
  return (
    <bdi class="text" title={children}>
      {children}
    </bdi>
  );
}

const TONES: Readonly<Record<string, string>> = {
  running: "good",
  paused: "calm",
  pending: "busy",
  failed: "bad",
  missing: "bad",
};

/** A state has its word, and a sign of its own: no colour tells it alone. */
export function State({ state }: { state: string }) {
  const tone = TONES[state] ?? "calm";
  return (
    <span class={`state ${tone}`}>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        {tone === "good" ? (
          <circle cx="5" cy="5" r="4" />
        ) : tone === "bad" ? (
          <path d="M5 .8 9.6 9.2H.4Z" />
        ) : tone === "busy" ? (
          <circle cx="5" cy="5" r="3.2" class="hollow" />
        ) : (
          <path d="M1.4 1h2.6v8H1.4zM6 1h2.6v8H6z" />
        )}
      </svg>
      <bdi>{state}</bdi>
    </span>
  );
}

/** A time from now, which goes on as one looks; the exact one is in its title. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={exactText(at)}>
      {relativeText(at, now.value)}
    </time>
  );
}

export function Copy({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState("");
  const copy = async (): Promise<void> => {
    const isDone = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setSaid(isDone ? "copied" : "could not be copied");
    setTimeout(() => {
      setSaid("");
    }, 2000);
  };
  return (
    <button type="button" class="copy" aria-label={`Copy ${what}`} title={`Copy ${what}`} onClick={() => void copy()}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
        <path d="M10.5 3.5v-1a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h1" />
      </svg>
      <span role="status">{said}</span>
    </button>
  );
}

/** Something that is to be noticed. */
export function Notice({
  tone,
  title,
  children,
}: {
  tone: "bad" | "warn" | "info";
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <strong>{title}</strong>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

/** Words with commands in backquotes. */
export function Sentence({ children }: { children: string }) {
  const parts = children.split("`");
  return <>{parts.map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : <bdi key={at}>{part}</bdi>))}</>;
}

/** The heading of a view, which has the focus as the view opens, so that whoever hears the page knows where he is. */
export function ViewHeading({ children }: { children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

export function Panel({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  const id = `panel-${title.replaceAll(" ", "-").toLowerCase()}`;
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  );
}
