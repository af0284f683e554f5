import type { AuditListEventsData } from "@/client";

export type SecurityEvent = NonNullable<NonNullable<AuditListEventsData["query"]>["event"]>;

export const SECURITY_EVENTS: readonly SecurityEvent[] = [
  "login",
  "login_failed",
  "login_refused",
  "logout",
  "logout_everywhere",
  "sign_in_ended",
  "refresh_reused",
  "registered",
  "user_added",
  "owner_made",
  "invited",
  "password_changed",
  "password_refused",
  "email_changed",
  "role_changed",
  "disabled",
  "enabled",
];
