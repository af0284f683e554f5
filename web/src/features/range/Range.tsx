import { getRouteApi } from "@tanstack/react-router";
import { Earlier } from "./Earlier";
import { RangeForm } from "./RangeForm";
import "./range.css";

const route = getRouteApi("/frame/range");

/** Ask a scanner about every day of a range, and come back to what was asked before. */
export function Range() {
  const asked = route.useSearch();
  return (
    <div className="range to-ask">
      <h1 className="hidden">Range scans</h1>
      <RangeForm asked={asked} />
      <Earlier />
    </div>
  );
}
