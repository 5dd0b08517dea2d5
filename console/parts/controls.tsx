/** Buttons that copy, notices, and dialogs. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { announce } from "../data/announce";
import { printable } from "../model/text";
import { Icon, type IconName } from "./icons";

const SHOWN_MS = 2000;

/** Copies a text; tells by icon and by voice that it was done. @param label the name of what is copied */
export function CopyButton({ value, label }: { value: string; label: string }): JSX.Element {
  const isCopied = useSignal(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      announce(`The browser refused to copy. Select ${label} and copy it by hand.`);
      return;
    }
    announce(`Copied ${label}.`);
    isCopied.value = true;
    setTimeout(() => {
      isCopied.value = false;
    }, SHOWN_MS);
  };
  return (
    <button type="button" class="icon-button" aria-label={`Copy ${label}`} title="Copy" onClick={() => void copy()}>
      <Icon name={isCopied.value ? "check" : "copy"} />
    </button>
  );
}

interface NoticeProps {
  tone: "bad" | "warning" | "info";
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}

export function Notice({ tone, title, children, action }: NoticeProps): JSX.Element {
  return (
    <section class={`notice notice-${tone}`} aria-label={title}>
      <Icon name={tone} />
      <div class="notice-body">
        <p class="notice-title">{title}</p>
        {children}
      </div>
      {action === undefined ? null : <div class="notice-action">{action}</div>}
    </section>
  );
}

/** A command or a program to copy. */
export function CodeBlock({ code, label }: { code: string; label: string }): JSX.Element {
  return (
    <div class="code-block">
      {/* Scrolls where it is wide: the keyboard reaches it by its own stop. */}
      <pre tabIndex={0} role="group" aria-label={label}>
        <code>{code.split("\n").map(printable).join("\n")}</code>
      </pre>
      <CopyButton value={code} label={label} />
    </div>
  );
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog of the browser's own: Escape closes it, and the focus returns to where it was. */
export function Dialog({ title, onClose, children }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}

/** A button with an icon before its words. */
export function IconTextButton(props: { icon: IconName; children: string; onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="button" onClick={props.onClick}>
      <Icon name={props.icon} />
      {props.children}
    </button>
  );
}
