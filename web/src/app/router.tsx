import { createRootRoute, createRoute, createRouter, Link, redirect } from "@tanstack/react-router";
import { session } from "@/service/session";
import { hitsSearch, rangeSearch } from "@/features/range/address";
import { adminSearch } from "@/features/admin/address";
import { notificationsSearch } from "@/features/notifications/address";
import { analyticsSearch } from "@/features/analytics/address";
import { listsSearch } from "@/features/lists/address";
import { scanSearch } from "@/features/scan/address";
import { settingsSearch } from "@/features/settings/address";
import { signalsSearch } from "@/features/signals/address";
import { symbolSearch } from "@/features/symbol/address";
import { Empty } from "@/shared/Empty";
import { Frame } from "./Frame";
import { Broken } from "./Broken";
import { page } from "./files";

const root = createRootRoute();

const signInPages = () => import("@/features/sign-in/pages");

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (given: Record<string, unknown>): { to?: string } =>
    typeof given.to === "string" && /^\/(?!\/)/.test(given.to) ? { to: given.to } : {},
  component: page(signInPages, "SignIn"),
});
const register = createRoute({
  getParentRoute: () => root,
  path: "/register",
  validateSearch: (given: Record<string, unknown>): { invitation?: string } =>
    typeof given.invitation === "string" ? { invitation: given.invitation } : {},
  component: page(signInPages, "Register"),
});
const welcome = createRoute({
  getParentRoute: () => root,
  path: "/welcome",
  component: page(signInPages, "Welcome"),
});

/** Everything behind the sign-in. Who is not signed in is led there, and back to where they wanted to go. */
const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  beforeLoad: async ({ location }) => {
    if (session.standing === "unknown") await session.renew();
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's form
    if (session.standing === "out") throw redirect({ to: "/sign-in", search: { to: location.href } });
  },
  component: Frame,
  errorComponent: Broken,
});

const home = createRoute({
  getParentRoute: () => frame,
  path: "/",
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's form
    throw redirect({ to: "/desk", replace: true });
  },
});
const desk = createRoute({
  getParentRoute: () => frame,
  path: "/desk",
  component: page(() => import("@/features/desk/Desk"), "Desk"),
});
const scan = createRoute({
  getParentRoute: () => frame,
  path: "/scan",
  validateSearch: scanSearch,
  component: page(() => import("@/features/scan/Scan"), "Scan"),
});
const range = createRoute({
  getParentRoute: () => frame,
  path: "/range",
  validateSearch: rangeSearch,
  component: page(() => import("@/features/range/Range"), "Range"),
});
const rangeScan = createRoute({
  getParentRoute: () => frame,
  path: "/range/$scanId",
  validateSearch: hitsSearch,
  component: page(() => import("@/features/range/RangeScan"), "RangeScan"),
});
const symbol = createRoute({
  getParentRoute: () => frame,
  path: "/symbol/$",
  validateSearch: symbolSearch,
  component: page(() => import("@/features/symbol/Symbol"), "SymbolPage"),
});
const signals = createRoute({
  getParentRoute: () => frame,
  path: "/signals",
  validateSearch: signalsSearch,
  component: page(() => import("@/features/signals/Signals"), "Signals"),
});
const lists = createRoute({
  getParentRoute: () => frame,
  path: "/lists",
  validateSearch: listsSearch,
  component: page(() => import("@/features/lists/Lists"), "Lists"),
});
const notifications = createRoute({
  getParentRoute: () => frame,
  path: "/notifications",
  validateSearch: notificationsSearch,
  component: page(() => import("@/features/notifications/Notifications"), "Notifications"),
});
const settings = createRoute({
  getParentRoute: () => frame,
  path: "/settings",
  validateSearch: settingsSearch,
  component: page(() => import("@/features/settings/Settings"), "Settings"),
});
const admin = createRoute({
  getParentRoute: () => frame,
  path: "/admin",
  validateSearch: adminSearch,
  component: page(() => import("@/features/admin/Admin"), "Admin"),
});
const analytics = createRoute({
  getParentRoute: () => frame,
  path: "/analytics",
  validateSearch: analyticsSearch,
  component: page(() => import("@/features/analytics/Analytics"), "Analytics"),
});
const noSuchPage = createRoute({
  getParentRoute: () => frame,
  path: "$",
  component: () => (
    <>
      <h1 className="hidden">No such page</h1>
      <Empty title="There is no such page" action={<Link to="/desk">To the desk</Link>}>
        The top bar leads to those that exist.
      </Empty>
    </>
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    register,
    welcome,
    frame.addChildren([home, desk, scan, range, rangeScan, symbol, signals, lists, analytics, notifications, settings, admin, noSuchPage]),
  ]),
  defaultPreload: "intent",
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
