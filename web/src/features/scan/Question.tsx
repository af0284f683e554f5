import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { memo, useMemo, useState } from "react";
import type { Preset, ScannerDescription } from "@/client";
import { Failure } from "@/service/Failure";
import { presets } from "@/service/presets";
import { asked as questionIn, isSameQuestion, QUICK, type Asked } from "@/service/question";
import { scanners } from "@/service/questions";
import { words } from "@/shared/format";
import type { ScanSearch } from "./address";
import { Among } from "./Among";
import { configOf, draftOf, fieldsOf, isIntraday, ofRange, ofScanner, questionOf, textsOf, type Draft } from "./draft";
import { Fields } from "./Fields";
import { readable } from "./language";
import { parametersOf } from "@/service/parameters";
import type { Tell } from "@/shared/Told";
import { Presets } from "./Presets";

const TIMEFRAMES = ["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"];
const QUICK_TIMEFRAMES = ["5m", "15m", "1h", "1d"];
const NONE: Record<string, string> = {};

interface Props {
  asked: ScanSearch;
  isScanning: boolean;
  /** By a field's name, what the service has said against what was asked last. */
  refused?: Record<string, string>;
  again: () => void;
  tell: Tell;
}

/** What is asked: a scanner, of whom, when, and its parameters as its schema says them. */
export const Question = memo(function Question({ asked, isScanning, refused = NONE, again, tell }: Props) {
  const { data: known, error, refetch } = useQuery(scanners);
  const go = useNavigate();
  const [draft, write] = useDraft(asked);
  const scanner = known?.find((one) => one.name === draft.scanner);
  const parameters = useMemo(() => (scanner ? parametersOf(scanner.parameters) : []), [scanner]);
  const fields = fieldsOf(parameters, draft.texts);
  const config = scanner || draft.scanner === QUICK ? configOf(fields) : (draft.config ?? {});
  const isQuick = draft.scanner === QUICK;
  const isNobody = draft.symbols !== undefined && draft.symbols.trim() === "";
  const question = config && !isNobody ? questionOf(draft, config) : null;
  const change = (some: Partial<Draft>) => write((before) => ({ ...before, ...some }));
  const isAsAsked = question !== null && isSameQuestion(question, asked);

  function ask(): void {
    if (!question) return;
    if (isAsAsked && question.preset === asked.preset) again();
    else void go({ to: "/scan", search: (before) => ({ ...before, ...question, symbol: undefined }) });
  }
  function adopt(preset: string | undefined): void {
    change({ preset });
    if (isAsAsked) void go({ to: "/scan", search: (before) => ({ ...before, preset }), replace: true });
  }
  function take(preset: Preset | null): void {
    change({ preset: preset?.id, texts: preset ? textsOf(preset.config) : {} });
  }
  return (
    <form
      className="question"
      aria-label="What to scan for"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <div className="line">
        <Scanner value={draft} known={known} choose={write} />
        {!isQuick && (
          <Presets key={draft.scanner} scanner={draft.scanner} config={config} chosen={draft.preset} choose={take} adopt={adopt} tell={tell} />
        )}
        <Among chosen={draft} change={(among) => change({ universe: undefined, list: undefined, symbols: undefined, ...among })} />
        <When draft={draft} timeframes={scanner?.timeframes ?? (isQuick ? QUICK_TIMEFRAMES : TIMEFRAMES)} change={change} refused={isAsAsked ? refused : NONE} />
        <Button type="submit" size="xs" h={28} disabled={!question} aria-busy={isScanning}>
          Scan ⏎
        </Button>
        {!isQuick && <Range question={question} />}
        <p className="quiet about" title={scanner?.title}>
          {isQuick ? "Every symbol at its last closed bar, strongest first, analysed deeply behind." : readable(scanner?.title ?? "")}
        </p>
      </div>
      {error && !known && <Failure error={error} again={() => void refetch()} />}
      {fields.length > 0 && (
        <Fields
          fields={fields}
          asked={draft}
          refused={isAsAsked ? refused : NONE}
          write={(name, text) => write((before) => ({ ...before, texts: { ...before.texts, [name]: text } }))}
          tell={tell}
        />
      )}
    </form>
  );
});

/** What is being written, begun anew whenever something else has been asked: by the button, by going back, by a link. */
function useDraft(asked: ScanSearch): [Draft, (change: (before: Draft) => Draft) => void] {
  const [last, remember] = useState<ScanSearch>(asked);
  const [draft, write] = useState(() => draftOf(questionIn({ ...asked })));
  if (last !== asked && !(isSameQuestion(last, asked) && last.preset === asked.preset)) {
    remember(asked);
    write(draftOf(questionIn({ ...asked })));
  }
  return [draft, write];
}

interface ScannerProps {
  value: Draft;
  known: readonly ScannerDescription[] | undefined;
  choose: (change: (before: Draft) => Draft) => void;
}

/** Scanners, and the caller's own: formulas that they gave a name. */
function Scanner({ value, known, choose }: ScannerProps) {
  const { data: mine } = useQuery(presets("formula"));
  function pick(name: string): void {
    const own = mine?.find(({ id }) => name === `own ${id}`);
    const other = (draft: Draft) => ofScanner(draft, own ? "formula" : name, known);
    choose((draft) => (own ? { ...other(draft), preset: own.id, texts: textsOf(own.config) } : other(draft)));
  }
  const isOwn = value.scanner === "formula" && mine?.some(({ id }) => id === value.preset);
  const isListed = value.scanner === QUICK || (known ?? []).some(({ name }) => name === value.scanner);
  return (
    <label className="field">
      <span>Scanner</span>
      <select value={isOwn && value.preset ? `own ${value.preset}` : value.scanner} onChange={(event) => pick(event.target.value)}>
        <option value={QUICK}>quick scan</option>
        {!isListed && <option value={value.scanner}>{words(value.scanner)}</option>}
        {(known ?? []).map(({ name }) => (
          <option key={name} value={name}>
            {words(name)}
          </option>
        ))}
        {mine && mine.length > 0 && (
          <optgroup label="my scanners">
            {mine.map(({ id, name }) => (
              <option key={id} value={`own ${id}`}>
                {name}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}

interface WhenProps {
  draft: Draft;
  timeframes: string[];
  refused: Record<string, string>;
  change: (some: Partial<Draft>) => void;
}

/** Of which bars, as of when. */
function When({ draft, timeframes, refused, change }: WhenProps) {
  const isQuick = draft.scanner === QUICK;
  const isWithin = isIntraday(draft) && !isQuick;
  return (
    <>
      <label className="field">
        <span>Bars</span>
        <select value={draft.timeframe ?? "1d"} onChange={(event) => change({ timeframe: event.target.value === "1d" ? undefined : event.target.value })}>
          {timeframes.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      {!isQuick && (
        <label className={`field ${refused.scan_date ? "wrong" : ""}`}>
          <span>As of</span>
          <input type="date" aria-invalid={refused.scan_date !== undefined} value={draft.date ?? ""} title="empty: the last complete session" onChange={(event) => change({ date: event.target.value || undefined })} />
          {refused.scan_date && <span className="refusal">{refused.scan_date}</span>}
        </label>
      )}
      {isWithin && (
        <>
          <label className="field">
            <span>until</span>
            <input type="time" value={draft.cutoff ?? ""} title="bars closed by then, New York time; empty: the whole session" onChange={(event) => change({ cutoff: event.target.value || undefined })} />
          </label>
          <label className="field">
            <input type="checkbox" checked={draft.hours === "extended"} onChange={(event) => change({ hours: event.target.checked ? "extended" : undefined })} />
            <span>extended hours</span>
          </label>
        </>
      )}
    </>
  );
}

/** The same question over many dates. */
function Range({ question }: { question: Asked | null }) {
  if (!question) return null;
  return (
    <Link to="/range" search={ofRange(question)} className="to-range" title="the same scan over many dates">
      Range…
    </Link>
  );
}
