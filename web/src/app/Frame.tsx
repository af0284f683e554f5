import { useMantineColorScheme, useComputedColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { authLogout } from "@/client";
import { queries } from "@/service/ask";
import { useLive } from "@/service/live";
import { me } from "@/service/questions";
import { session } from "@/service/session";
import { Disclosed } from "@/shared/Disclosed";
import { Bell } from "./Bell";
import { PAGES, pagesOf } from "./pages";
import { Search } from "./Search";
import { StatusStrip } from "./StatusStrip";
import { useHabits } from "./useHabits";

const keys = () => import("./Keys");
const signInAgain = () => import("./SignInAgain");
const Keys = lazy(keys);
const SignInAgain = lazy(signInAgain);
const DIALOGS_MS = 2_000;

/** What stays while pages come and go. */
export function Frame() {
  const [isHelping, help] = useState(false);
  const standing = useSyncExternalStore(session.listen, () => session.standing);
  useLive();
  useHabits({ help: () => help(true) });
  useDialogs();
  return (
    <div className="frame">
      <a className="skip" href="#page">
        To the page
      </a>
      <header className="top">
        <Link to="/desk" className="brand" aria-label="Tapehawk, to the desk">
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M8 2 15 14 8 11 1 14z" fill="currentColor" />
          </svg>
          <span>Tapehawk</span>
        </Link>
        <nav aria-label="Pages">
          {PAGES.filter(({ place }) => place === "bar").map(({ to, name, key }) => (
            <Link key={to} to={to} className="tab" title={`g ${key}`}>
              {name}
            </Link>
          ))}
        </nav>
        <Search />
        <ThemeSwitch />
        <Bell />
        <Account />
      </header>
      <StatusStrip />
      <main id="page" className="page" tabIndex={-1}>
        <Outlet />
      </main>
      <Suspense>
        {isHelping && <Keys close={() => help(false)} />}
        {standing === "over" && <SignInAgain />}
      </Suspense>
    </div>
  );
}

/** Dialogs that may be wanted while the service is away are fetched soon after the page. */
function useDialogs(): void {
  useEffect(() => {
    const timer = setTimeout(() => void Promise.allSettled([keys(), signInAgain()]), DIALOGS_MS);
    return () => clearTimeout(timer);
  }, []);
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const other = useComputedColorScheme("dark", { getInitialValueInEffect: false }) === "dark" ? "light" : "dark";
  return (
    <button type="button" className="plain" aria-label={`${other} theme`} title={`${other} theme`} onClick={() => setColorScheme(other)}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
      </svg>
    </button>
  );
}

function Account() {
  const { data: user } = useQuery(me);
  const go = useNavigate();
  async function leave(): Promise<void> {
    await go({ to: "/sign-in" }); // before the session ends: what is on screen would ask on
    queries.clear();
    await authLogout({ throwOnError: false });
    session.end();
  }
  const name = user ? `${user.first_name} ${user.last_name}`.trim() || user.email || "the owner" : "";
  return (
    <Disclosed className="account" title={`Account of ${name}`} name={initials(name)}>
      <div>
        <strong>{name}</strong>
        <span className="quiet">{user?.role}</span>
        {pagesOf(user?.role).filter(({ place }) => place === "account").map(({ to, name: page, key }) => (
          <Link key={to} to={to} className="plain" title={key && `g ${key}`} onClick={(event) => event.currentTarget.closest("details")?.removeAttribute("open")}>
            {page}
          </Link>
        ))}
        <button type="button" className="plain" onClick={() => void leave()}>
          Sign out
        </button>
      </div>
    </Disclosed>
  );
}

function initials(name: string): string {
  const parts = name.split(/[\s@.]+/).filter(Boolean);
  return ((parts[0]?.[0] ?? "·") + (parts.length > 1 ? (parts[1]?.[0] ?? "") : "")).toUpperCase();
}
