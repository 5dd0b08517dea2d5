/** The keys of the page, and the dialog that lists them. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { hasKeys } from "../data/preferences";
import { Dialog } from "../parts/controls";

export const FILTER_ID = "filter";

const KEYS = [
  ["/", "Go to the filter of the machines"],
  ["?", "Show these keys"],
  ["Esc", "Close a dialog; in the filter: clear it"],
  ["Tab", "Go to the next control; Shift and Tab: to the one before"],
] as const;

export function KeysDialog({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([key, about]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
      <label class="choice">
        <input
          type="checkbox"
          checked={hasKeys.value}
          onChange={({ currentTarget }) => {
            hasKeys.value = currentTarget.checked;
          }}
        />
        Single keys work (turn off for speech input)
      </label>
    </Dialog>
  );
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, select, textarea, dialog") !== null;

export function useKeys(onKeys: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!hasKeys.peek() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
        return;
      }
      if (event.key === "?") {
        event.preventDefault();
        onKeys();
      } else if (event.key === "/") {
        const filter = document.getElementById(FILTER_ID);
        if (filter !== null) {
          event.preventDefault();
          filter.focus();
        }
      }
    };
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
    };
  }, [onKeys]);
}
