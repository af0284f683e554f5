import type { ConditionAnswer } from "@/client";
import { fixed, words } from "@/shared/format";

const MARKS = { true: "✓", false: "✗", unknown: "?" } as const;
const WAYS = { true: "up", false: "down", unknown: "quiet" } as const;

/** Each condition with its value and its threshold, met or not. */
export function Conditions({ all }: { all: readonly ConditionAnswer[] }) {
  return (
    <table className="conditions">
      <tbody>
        {all.map((one) => {
          const part = one.parts[0];
          return (
            <tr key={one.name} title={one.text}>
              <td className={`mark ${WAYS[one.state]}`}>
                <span role="img" aria-label={one.state}>
                  {MARKS[one.state]}
                </span>
              </td>
              <th scope="row">{words(one.name)}</th>
              <td className="number">{one.reason ?? part?.reason ?? number(part?.value)}</td>
              <td className="quiet">{part && `${part.operator ?? ""} ${number(part.threshold)}`}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  return fixed(value, Math.abs(value) >= 1000 ? 0 : 2);
}
