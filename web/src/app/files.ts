import { lazyRouteComponent } from "@tanstack/react-router";

/**
 * Files of a page that did not come: the service is away, or by now another version whose files have other names.
 *
 * What a browser could not load once it does not ask for again, so they come with the whole app anew.
 */
export class Unloaded extends TypeError {
  constructor(cause: unknown) {
    super(`a page's files did not come: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const STARTED_OVER = "tapehawk-started-over";
let missing: Unloaded | null = null;

/** A page whose files are loaded when it is first wanted, and none any more once some did not come. */
export const page: typeof lazyRouteComponent = (load, name) => lazyRouteComponent(() => whole(load), name);

/** Load a page's files. Raises Unloaded. */
export async function whole<Module>(load: () => Promise<Module>): Promise<Module> {
  if (missing) throw missing;
  try {
    const loaded = await load();
    sessionStorage.removeItem(STARTED_OVER);
    return loaded;
  } catch (error) {
    throw (missing ??= new Unloaded(error));
  }
}

/** Load the app anew, where the service answers. */
export async function startOver(): Promise<void> {
  const answer = await fetch("/", { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  sessionStorage.setItem(STARTED_OVER, "yes");
  location.reload();
}

/** Whether it was loaded anew, and not one page's files came since. */
export const hasStartedOver = (): boolean => sessionStorage.getItem(STARTED_OVER) !== null;
