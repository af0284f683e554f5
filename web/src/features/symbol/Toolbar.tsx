import { useState } from "react";
import { Disclosed } from "@/shared/Disclosed";
import { TIMEFRAMES, type SymbolSearch } from "./address";
import { CATALOGUE, chosen, DEFAULT, MOST, written, type Indicator } from "./indicators";
import { isDaily } from "./series";

interface Props {
  shown: SymbolSearch;
  isCoin: boolean;
  change: (change: SymbolSearch) => void;
  /** By indicator, why it can't be drawn. */
  refused: Record<string, string>;
}

/** Timeframes, hours, indicators, and the table behind the chart. */
export function Toolbar({ shown, isCoin, change, refused }: Props) {
  const { timeframe = "1d", hours, as } = shown;
  const daily = isDaily(timeframe);
  return (
    <div className="tools">
      <div role="group" aria-label="Timeframe">
        {TIMEFRAMES.map((one) => (
          <button key={one} type="button" className={`plain ${one === timeframe ? "on" : ""}`} aria-pressed={one === timeframe} onClick={() => change({ timeframe: one })}>
            {one}
          </button>
        ))}
      </div>
      {!daily && !isCoin && (
        <button type="button" className={`plain ${hours ? "on" : ""}`} aria-pressed={hours !== undefined} title="premarket and after-hours too" onClick={() => change({ hours: hours ? undefined : "extended" })}>
          extended hours
        </button>
      )}
      <Indicators shown={shown} daily={daily} change={change} refused={refused} />
      <span className="room" />
      <button type="button" className={`plain ${as ? "on" : ""}`} aria-pressed={as !== undefined} title="t" onClick={() => change({ as: as ? undefined : "table" })}>
        table
      </button>
    </div>
  );
}

function Indicators({ shown, daily, change, refused }: Omit<Props, "isCoin"> & { daily: boolean }) {
  const show = shown.show ?? [...DEFAULT];
  const put = (next: string[]) => change({ show: next.join() === DEFAULT.join() ? undefined : next });
  const drop = (id: string) => put(show.filter((one) => one !== id));
  const drawn = chosen(show, daily);
  return (
    <>
      {drawn.map((one) => (
        <span key={one.id} className={`chip ${refused[one.id] ? "wrong" : ""}`} title={refused[one.id]}>
          <span className="ellipsis">{one.title}</span>
          <button type="button" className="plain" aria-label={`Take off ${one.title}`} onClick={() => drop(one.id)}>
            ✕
          </button>
        </span>
      ))}
      <Disclosed className="menu" name="+ indicator">
        <div>
          <Choice title="On the candles" all={CATALOGUE.filter((one) => !one.pane && !(daily && one.intraday))} show={show} put={put} />
          <Choice title="Below them" all={CATALOGUE.filter((one) => one.pane)} show={show} put={put} />
          <Own show={show} put={put} />
        </div>
      </Disclosed>
      {Object.entries(refused).map(([id, why]) => (
        <span key={id} className="refusal ellipsis" role="alert" title={why}>
          {why}
        </span>
      ))}
    </>
  );
}

interface Choosing {
  show: string[];
  put: (show: string[]) => void;
}

function Choice({ title, all, show, put }: Choosing & { title: string; all: readonly Indicator[] }) {
  return (
    <fieldset>
      <legend>{title}</legend>
      {all.map((one) => {
        const isOn = show.includes(one.id);
        return (
          <label key={one.id}>
            <input type="checkbox" checked={isOn} disabled={!isOn && show.length >= MOST} onChange={() => put(isOn ? show.filter((id) => id !== one.id) : [...show, one.id])} /> {one.title}
          </label>
        );
      })}
    </fieldset>
  );
}

/** Any formula as a line of its own. */
function Own({ show, put }: Choosing) {
  const [text, write] = useState("");
  const [isBelow, below] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const id = written(text, isBelow);
        if (!text.trim() || show.length >= MOST || show.includes(id)) return;
        put([...show, id]);
        write("");
      }}
    >
      <label className="formula-of">
        <span>ƒ formula</span>
        <input className="boxed" value={text} maxLength={2000} spellCheck={false} placeholder="ema(close, 33)" onChange={(event) => write(event.target.value)} />
      </label>
      <label>
        <input type="checkbox" checked={isBelow} onChange={(event) => below(event.target.checked)} /> in a pane below
      </label>
      {show.length >= MOST && <p className="quiet">{MOST} at once: take one off first.</p>}
      <button type="submit" className="plain accent">
        Draw
      </button>
    </form>
  );
}
