/** The heading of a view: it takes the focus when the view is new, so that keyboard and screen reader begin there. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { route } from "../data/router";

/** The view that had a heading last; the first one is left alone: the browser begins at the top of a page by itself. */
let lastView: string | undefined;
/** Whether a heading went away with the focus, as when data takes the place of a loading state. */
let hasLostFocus = false;

function currentView(): string {
  const current = route.peek();
  return current.view === "machine" ? current.id : current.view;
}

export function ViewHeading({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Managed Instance`;
  }, [title]);
  useLayoutEffect(() => {
    const element = heading.current;
    const view = currentView();
    const isNew = lastView !== undefined && lastView !== view;
    if (isNew || hasLostFocus) {
      element?.focus({ preventScroll: true });
      hasLostFocus = false;
    }
    if (isNew) {
      window.scrollTo(0, 0);
    }
    lastView = view;
    return () => {
      hasLostFocus = document.activeElement === element;
    };
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
