import { expect, it } from "vitest";
import { notificationsSearch } from "./address";

it("takes from an address what it knows and no more", () => {
  expect(notificationsSearch({ part: "rules", rule: "new", symbol: "AAPL", unread: "yes", more: 1 })).toEqual({ part: "rules", rule: "new", symbol: "AAPL" });
  expect(notificationsSearch({ part: "other", unread: true, channel: 7 })).toEqual({ unread: true });
  expect(notificationsSearch({ part: "inbox" })).toEqual({});
});
