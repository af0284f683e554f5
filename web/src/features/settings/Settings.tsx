import { Link, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import "@/shared/parts.css";
import { AccountAndRisk } from "./AccountAndRisk";
import { PARTS, type Part } from "./address";
import { Alerts } from "./Alerts";
import { LiveScanner } from "./LiveScanner";
import { LookPart } from "./LookPart";
import { Profile } from "./Profile";
import { Providers } from "./Providers";
import { Security } from "./Security";
import "./settings.css";

const SHOWN: Record<Part, () => ReactNode> = {
  profile: Profile,
  security: Security,
  account: AccountAndRisk,
  scanner: LiveScanner,
  providers: Providers,
  look: LookPart,
  alerts: Alerts,
};

/** What is one's own: who one is, what signals are sized for, how the app looks; and how the providers fare. */
export function Settings() {
  const { part = "profile" } = useSearch({ from: "/frame/settings" });
  const Shown = SHOWN[part];
  const name = PARTS.find(({ id }) => id === part)?.name ?? "";
  return (
    <div className="parted settings">
      <nav className="parts" aria-label="Parts of the settings">
        <h1>Settings</h1>
        {PARTS.map(({ id, name: title }) => (
          <Link key={id} to="/settings" search={{ part: id === "profile" ? undefined : id }} activeOptions={{ explicitUndefined: true }}>
            {title}
          </Link>
        ))}
      </nav>
      <section className="part" aria-label={name} tabIndex={0}>
        <header>
          <h2>{name}</h2>
        </header>
        <Shown />
      </section>
    </div>
  );
}
