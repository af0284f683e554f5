/** How the app looks in this browser, beside its theme: kept here, worn by the whole document. */
export type Colours = "teal-orange" | "red-green";
export type Motion = "system" | "reduced";
export interface Look {
  colours: Colours;
  motion: Motion;
}

const KEPT = "tapehawk-look";
const USUAL: Look = { colours: "teal-orange", motion: "system" };

export function look(): Look {
  const said = kept();
  return {
    colours: said.colours === "red-green" ? "red-green" : USUAL.colours,
    motion: said.motion === "reduced" ? "reduced" : USUAL.motion,
  };
}

export function wear(change: Partial<Look> = {}): Look {
  const next = { ...look(), ...change };
  document.documentElement.dataset.colours = next.colours;
  document.documentElement.dataset.motion = next.motion;
  try {
    if (Object.keys(change).length > 0) localStorage.setItem(KEPT, JSON.stringify(next));
  } catch {
    // a browser that keeps nothing wears it until it is closed
  }
  return next;
}

function kept(): Record<string, unknown> {
  try {
    const said: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return typeof said === "object" && said !== null ? (said as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
