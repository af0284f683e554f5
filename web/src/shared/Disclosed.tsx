import { useEffect, useRef, type ReactNode } from "react";

interface Props {
  className: string;
  /** What is always seen, and opens the rest. */
  name: ReactNode;
  title?: string;
  /** Of those with one group only one is open. */
  group?: string;
  onToggle?: (isOpen: boolean) => void;
  children: ReactNode;
}

/** Something that opens below its name, and closes by escape, a click elsewhere, or when the focus leaves. */
export function Disclosed({ className, name, title, group, onToggle, children }: Props) {
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const details = element.current;
    function elsewhere(event: Event): void {
      if (details?.open && !details.contains(event.target as Node)) details.open = false;
    }
    function escape(event: KeyboardEvent): void {
      if (event.key !== "Escape" || !details?.open) return;
      details.open = false;
      details.querySelector("summary")?.focus();
      event.preventDefault();
    }
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("focusin", elsewhere);
    document.addEventListener("keydown", escape, true);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("focusin", elsewhere);
      document.removeEventListener("keydown", escape, true);
    };
  }, []);
  return (
    <details ref={element} className={className} name={group} onToggle={(event) => onToggle?.(event.currentTarget.open)}>
      <summary title={title}>{name}</summary>
      {children}
    </details>
  );
}
