import { ParameterField } from "@/service/ParameterField";
import { read, type Parameter } from "@/service/parameters";
import { UniverseField } from "@/service/UniverseField";
import { FLOORS, type Floor } from "./address";
import type { Preset } from "./dates";
import { FormulaText, TextField } from "./fields";
import { textOf, type Written } from "./question";
import type { Refusal } from "./refusal";

interface Props {
  written: Written;
  refused: Refusal;
  change: (to: Partial<Written>) => void;
}

const FLOOR_NAMES: Record<Floor, string> = {
  min_price: "price ≥",
  max_price: "price ≤",
  min_volume: "volume ≥",
  min_dollar_volume: "dollar volume ≥",
};

/** Fields beside which a refusal is shown, and the parameters. */
export function placesOf(parameters: readonly Parameter[]): ReadonlySet<string> {
  const own = ["start_date", "end_date", "include_tickers", "exclude_tickers", "universe"];
  return new Set([...own, ...FLOORS.map((name) => `filters.${name}`), ...parameters.map(({ name }) => name)]);
}

/** From one day to another, both inclusive. */
export function When({ written, refused, change, offered }: Props & { offered: readonly Preset[] }) {
  return (
    <>
      <TextField label="From" type="date" text={written.from} wrong={refused.start_date} write={(from) => change({ from })} />
      <TextField label="to" type="date" text={written.to} wrong={refused.end_date} write={(to) => change({ to })} />
      <span className="presets" role="group" aria-label="Ranges">
        {offered.map(({ name, from, to }) => {
          const isOn = from === written.from && to === written.to;
          return (
            <button key={name} type="button" className={`plain ${isOn ? "on" : ""}`} aria-pressed={isOn} onClick={() => change({ from, to })}>
              {name}
            </button>
          );
        })}
      </span>
    </>
  );
}

/** Who is asked, and how much a bar must have traded for its hits to count. */
export function Whom({ written, refused, change, isNobody }: Props & { isNobody: boolean }) {
  const nobody = isNobody ? "this list has no symbols" : undefined;
  return (
    <div className="line">
      <UniverseField chosen={written.universe} choose={(universe) => change({ universe })} />
      <TextField
        label="Only"
        text={written.symbols}
        hint="all symbols"
        isLong
        wrong={refused.include_tickers ?? refused.universe ?? nobody}
        write={(symbols) => change({ symbols, list: undefined })}
      />
      <TextField label="without" text={written.without} hint="no symbol" isLong wrong={refused.exclude_tickers} write={(without) => change({ without })} />
      {FLOORS.map((name) => (
        <TextField
          key={name}
          label={FLOOR_NAMES[name]}
          text={written.floors[name] ?? ""}
          hint="any"
          isNumber
          wrong={refused[`filters.${name}`]}
          write={(text) => change({ floors: { ...written.floors, [name]: text } })}
        />
      ))}
    </div>
  );
}

/** The scanner's own parameters. */
export function Parameters({ written, refused, change, parameters }: Props & { parameters: readonly Parameter[] }) {
  if (parameters.length === 0) return null;
  return (
    <div className="parameters">
      {parameters.map((known) => {
        const { name } = known;
        const text = written.config[name] ?? textOf(known.fallback);
        const answer = read(known, text);
        const wrong = refused[name] ?? ("wrong" in answer ? answer.wrong : undefined);
        const put = (next: string) => change({ config: { ...written.config, [name]: next } });
        return name === "formula" ? (
          <FormulaText key={name} text={text} wrong={refused.formula} write={put} />
        ) : (
          <ParameterField key={name} known={known} text={text} wrong={wrong} write={put} />
        );
      })}
    </div>
  );
}
