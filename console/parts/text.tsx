/** Texts that others wrote, times, states, and what there is none of. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { now } from "../data/clock";
import { exactText, relativeText, spanText, timeOf } from "../model/ages";
import { SENTENCE, SHORT, shown } from "../model/text";
import { toneOf } from "../model/words";
import { Icon } from "./icons";

/** A text from outside, set apart from the direction of writing around it. @param most characters, then it is cut */
export function Text({ value, most = SHORT }: { value: string; most?: number }): JSX.Element {
  const { text, whole } = shown(value, most);
  return (
    <bdi class="text" title={whole === "" ? undefined : whole}>
      {text}
    </bdi>
  );
}

/** The sign for what there is none of. */
export function None(): JSX.Element {
  return (
    <span class="none">
      <span aria-hidden="true">–</span>
      <span class="unseen">none</span>
    </span>
  );
}

/** A text from outside, or the sign for none. */
export function TextOrNone({ value, most }: { value: string; most?: number }): JSX.Element {
  return value === "" ? <None /> : <Text value={value} most={most} />;
}

/** `3 min ago`, with the exact time as title. @param at ISO 8601 */
export function Ago({ at }: { at: string }): JSX.Element {
  const text = useComputed(() => {
    const time = timeOf(at);
    return time === null ? exactText(at) : relativeText(time, now.value);
  });
  return (
    <time class="text" dateTime={at} title={exactText(at)}>
      {text}
    </time>
  );
}

/** The exact time, with the relative one beside it. */
export function ExactTime({ at }: { at: string }): JSX.Element {
  if (timeOf(at) === null) {
    return <Text value={at} />;
  }
  return (
    <>
      <time dateTime={at} class="exact">
        {exactText(at)}
      </time>{" "}
      <span class="muted">
        (<Ago at={at} />)
      </span>
    </>
  );
}

/** How old something is: `3 d 4 h`. */
export function Age({ since }: { since: string }): JSX.Element {
  const text = useComputed(() => spanText((now.value - (timeOf(since) ?? now.value)) / 1000));
  return (
    <time dateTime={since} title={`since ${exactText(since)}`}>
      {text}
    </time>
  );
}

/** A state's word with its icon; a word that the page does not know is shown as it is. */
export function State({ state }: { state: string }): JSX.Element {
  const tone = toneOf(state);
  return (
    <span class={`state tone-${tone}`}>
      <Icon name={tone} />
      <Text value={state} most={24} />
    </span>
  );
}

/** A sentence with its `commands` set as code. */
export function Sentence({ text }: { text: string }): JSX.Element {
  const { text: sentence, whole } = shown(text, SENTENCE * 4);
  return (
    <bdi class="text" title={whole === "" ? undefined : whole}>
      {sentence.split("`").map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}
    </bdi>
  );
}
