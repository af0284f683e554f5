import type { ReactNode } from "react";
import { fixed } from "@/shared/format";
import { standing, type Rate } from "./intervals";
import { between, Whisker, WhiskerScale } from "./Whisker";

export interface RateRow extends Rate {
  id: string;
  name: ReactNode;
  /** Under the further titles. */
  more: ReactNode[];
  /** Narrow the page down to this group. */
  choose?: () => void;
}

interface Props {
  caption: string;
  of: string;
  rate: string;
  more: readonly { title: string; about?: string }[];
  rows: readonly RateRow[];
  baseline: number | null;
}

const STANDS: Record<string, string> = { above: "better than the baseline", below: "worse than the baseline", few: "too few to say" };

/** Groups with their rate drawn and written: the table is what stands behind the drawing. */
export function Rates({ caption, of, rate, more, rows, baseline }: Props) {
  return (
    <div className="rates" role="region" aria-label={`${caption}, table`} tabIndex={0}>
      <table>
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{of}</th>
            <th scope="col" className="drawn">
              <WhiskerScale />
            </th>
            <th scope="col" className="number" title={`share of n: ${rate}`}>
              {rate} %
            </th>
            <th scope="col" className="number" title="95 %, of independent trials (Wilson)">
              95 %
            </th>
            <th scope="col" className="number" title="95 %, whole dates drawn anew: signals of a day share its market">
              by date
            </th>
            <th scope="col" className="number">
              n
            </th>
            {more.map(({ title, about }) => (
              <th key={title} scope="col" className="number" title={about}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const stands = standing(row, baseline);
            return (
              <tr key={row.id} className={`is-${stands}`}>
                <th scope="row">
                  {row.choose ? (
                    <button type="button" className="plain" onClick={row.choose}>
                      {row.name}
                    </button>
                  ) : (
                    row.name
                  )}
                </th>
                <td className="drawn">
                  <Whisker rate={row} baseline={baseline} />
                </td>
                <td className="number">
                  {fixed(row.rate, 0)}
                  {STANDS[stands] && <span className="hidden">, {STANDS[stands]}</span>}
                </td>
                <td className="number">{between(row.interval)}</td>
                <td className="number">{between(row.clustered)}</td>
                <td className="number">{fixed(row.n, 0)}</td>
                {row.more.map((cell, at) => (
                  <td key={more[at]?.title} className="number">
                    {cell}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
