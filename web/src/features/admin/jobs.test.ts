import { expect, it } from "vitest";
import type { ShownJob } from "@/client";
import { saidOf, took } from "./jobs";

const JOB: ShownJob = {
  id: "scan_1",
  user_id: null,
  kind: "range_scan",
  status: "running",
  progress_percent: 40,
  message: "2 of 5 parts",
  attempt: 1,
  max_attempts: 5,
  cancel_requested: false,
  result: null,
  error: null,
  created_at: "2026-03-02T15:29:00Z",
  run_at: "2026-03-02T15:29:00Z",
  started_at: "2026-03-02T15:30:00Z",
  finished_at: null,
};
const NOW = Date.parse("2026-03-02T15:30:30Z");

it("says how long a job took: up to now while it runs, nothing before it was begun", () => {
  expect(took(JOB, NOW)).toBe(30);
  expect(took({ ...JOB, finished_at: "2026-03-02T15:30:05Z" }, NOW)).toBe(5);
  expect(took({ ...JOB, started_at: null }, NOW)).toBeUndefined();
});

it("says of a job why it failed before how far it came", () => {
  expect(saidOf(JOB)).toBe("2 of 5 parts");
  expect(saidOf({ ...JOB, status: "failed", error: "no bars" })).toBe("no bars");
  expect(saidOf({ ...JOB, status: "completed", error: "no bars", message: "done" })).toBe("done");
  expect(saidOf({ ...JOB, cancel_requested: true })).toBe("it is being ended");
});
