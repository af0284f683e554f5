import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { me, scanners, search } from "@/service/questions";
import { Combobox, type Choice } from "@/shared/Combobox";
import { words } from "@/shared/format";
import { pagesOf } from "./pages";

interface Found extends Choice {
  go: () => void;
}

/** Search anything: symbols, scanners, pages. */
export function Search() {
  const [text, write] = useState("");
  const found = useFound(text.trim());
  function leaveFor({ go }: Found): void {
    write("");
    (document.activeElement as HTMLElement | null)?.blur();
    go();
  }
  return (
    <search className="search">
      <Combobox
        id="search"
        label="Search symbols, scans and pages"
        listLabel="Found"
        placeholder="symbol, scan, page"
        text={text}
        write={write}
        choices={found}
        choose={leaveFor}
      />
      <kbd aria-hidden="true">/</kbd>
    </search>
  );
}

function useFound(text: string): Found[] {
  const go = useNavigate();
  const { data: symbols } = useQuery(search(text));
  const { data: known } = useQuery({ ...scanners, enabled: text !== "" });
  const { data: user } = useQuery(me);
  if (text === "") return [];
  const lower = text.toLowerCase();
  const pages = pagesOf(user?.role).filter(({ name }) => name.toLowerCase().startsWith(lower)).map(({ to, name }) => ({
    id: to,
    name,
    about: "page",
    go: () => void go({ to }),
  }));
  const scans = (known ?? [])
    .filter(({ name }) => words(name).includes(lower))
    .slice(0, 4)
    .map(({ name }) => ({
      id: `scan ${name}`,
      name: words(name),
      about: "scan",
      go: () => void go({ to: "/scan", search: { scanner: name } }),
    }));
  const listed = (symbols ?? []).map(({ symbol, name, exchange }) => ({
    id: `symbol ${symbol}`,
    name: symbol,
    about: [name, exchange].filter(Boolean).join(" · "),
    go: () => void go({ to: "/symbol/$", params: { _splat: symbol } }),
  }));
  return [...listed, ...scans, ...pages];
}
