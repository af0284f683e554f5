import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState, type KeyboardEvent } from "react";
import { me, scanners, search } from "@/service/questions";
import { words } from "@/shared/format";
import { OWN_PAGES, PAGES } from "./Frame";

interface Found {
  id: string;
  name: string;
  about: string;
  go: () => void;
}

/** Search anything: symbols, scanners, pages. */
export function Search() {
  const [text, write] = useState("");
  const [at, point] = useState(0);
  const list = useId();
  const found = useFound(text.trim(), () => {
    write("");
    (document.activeElement as HTMLElement | null)?.blur();
  });
  function pressed(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      point((at + step + found.length) % Math.max(found.length, 1));
      event.preventDefault();
    } else if (event.key === "Enter") {
      found[at]?.go();
    } else if (event.key === "Escape") {
      write("");
    }
  }
  const isOpen = text.trim() !== "" && found.length > 0;
  return (
    <search className="search">
      <input
        id="search"
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        placeholder="symbol, scan, page"
        aria-label="Search symbols, scans and pages"
        aria-expanded={isOpen}
        aria-controls={list}
        aria-activedescendant={isOpen ? `${list}-${at}` : undefined}
        value={text}
        maxLength={100}
        onChange={(event) => {
          write(event.target.value);
          point(0);
        }}
        onKeyDown={pressed}
        onBlur={() => setTimeout(() => write(""), 150)}
      />
      <kbd aria-hidden="true">/</kbd>
      {isOpen && (
        <ul id={list} role="listbox" aria-label="Found">
          {found.map((one, index) => (
            <li
              key={one.id}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === at}
              onPointerDown={(event) => {
                event.preventDefault();
                one.go();
              }}
            >
              <b>{one.name}</b> <span className="quiet">{one.about}</span>
            </li>
          ))}
        </ul>
      )}
    </search>
  );
}

function useFound(text: string, done: () => void): Found[] {
  const go = useNavigate();
  const { data: symbols } = useQuery(search(text));
  const { data: known } = useQuery({ ...scanners, enabled: text !== "" });
  const { data: user } = useQuery(me);
  if (text === "") return [];
  const lower = text.toLowerCase();
  const then = (leave: Promise<void>) => {
    done();
    void leave;
  };
  const own = OWN_PAGES.filter(({ role }) => !role || role === user?.role);
  const pages = [...PAGES, ...own].filter(({ name }) => name.toLowerCase().startsWith(lower)).map(({ to, name }) => ({
    id: to,
    name,
    about: "page",
    go: () => then(go({ to })),
  }));
  const scans = (known ?? [])
    .filter(({ name }) => words(name).includes(lower))
    .slice(0, 4)
    .map(({ name }) => ({
      id: `scan ${name}`,
      name: words(name),
      about: "scan",
      go: () => then(go({ to: "/scan", search: { scanner: name } })),
    }));
  const listed = (symbols ?? []).map(({ symbol, name, exchange }) => ({
    id: `symbol ${symbol}`,
    name: symbol,
    about: [name, exchange].filter(Boolean).join(" · "),
    go: () => then(go({ to: "/symbol/$", params: { _splat: symbol } })),
  }));
  return [...listed, ...scans, ...pages];
}
