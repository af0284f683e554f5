import type { ComparisonAnswer, ConditionAnswer } from "@/client";
import { fixed, short, words } from "@/shared/format";

const COLUMNS = ["met", "condition", "value", "threshold"];
const MARKS = { true: "✓", false: "✗", unknown: "?" } as const;
const WAYS = { true: "up", false: "down", unknown: "quiet" } as const;
const SIGNS: Record<string, string> = { ">=": "≥", "<=": "≤", "==": "=", "!=": "≠" };

/** Each condition with its value and its threshold, met or not; where it is made of several comparisons, each of them by its name. */
export function Conditions({ all }: { all: readonly ConditionAnswer[] }) {
  return (
    <table className="conditions">
      <thead className="hidden">
        <tr>
          {COLUMNS.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {all.map((condition) => (
          <Condition key={condition.name} condition={condition} />
        ))}
      </tbody>
    </table>
  );
}

function Condition({ condition }: { condition: ConditionAnswer }) {
  const { name, text, state, parts, reason } = condition;
  const [only] = parts;
  const isOne = parts.length <= 1;
  return (
    <>
      <tr title={text}>
        <Mark state={state} />
        <th scope="row">{words(name)}</th>
        <td className="number">{isOne && (reason ?? only?.reason ?? number(only?.value))}</td>
        <td className="quiet">{isOne && only && bound(only)}</td>
      </tr>
      {!isOne &&
        parts.map((one, index) => (
          <tr key={index} className="comparison" title={one.text}>
            <Mark state={one.state} />
            <th scope="row">{one.text}</th>
            <td className="number">{one.reason ?? number(one.value)}</td>
            <td className="quiet">{bound(one)}</td>
          </tr>
        ))}
    </>
  );
}

function Mark({ state }: { state: keyof typeof MARKS }) {
  return (
    <td className={`mark ${WAYS[state]}`}>
      <span role="img" aria-label={state}>
        {MARKS[state]}
      </span>
    </td>
  );
}

const bound = ({ operator, threshold }: ComparisonAnswer) => `${SIGNS[operator ?? ""] ?? operator ?? ""} ${number(threshold)}`;

function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  const size = Math.abs(value);
  return size >= 1e6 ? short(value) : fixed(value, size >= 1000 ? 0 : 2);
}
