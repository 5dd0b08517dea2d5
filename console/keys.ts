/** The keys of the page. Where somebody writes, they are letters. */

/** @returns ends it */
export function keys(onHelp: () => void): () => void {
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) {
      return;
    }
    const deed = { "/": filter, g: goHome, "?": onHelp }[event.key];
    if (deed !== undefined) {
      event.preventDefault();
      deed();
    }
  };
  document.addEventListener("keydown", listen);
  return () => {
    document.removeEventListener("keydown", listen);
  };
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, select, textarea, dialog") !== null;
}

function filter(): void {
  document.querySelector<HTMLInputElement>("input[type=search]")?.focus();
}

function goHome(): void {
  location.hash = "#/";
}
