import { Button, Textarea, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import type { Portfolio } from "@/client";
import { problemOf, type Problem } from "@/service/problem";
import { Dialog } from "@/shared/Dialog";
import { changes, merged, type Body, type TextField } from "./merge";
import { get, isChanged, put, usePortfolios } from "./portfolios";
import { asText, pasted } from "./symbols";

interface Props {
  /** The portfolio that is edited; a new one where there is none. */
  of?: Portfolio;
  done: (now: Portfolio) => void;
  close: () => void;
}

const written = (symbols: readonly string[]) => (symbols.length > 0 ? asText(symbols) : "");

/** Name, description and symbols of a portfolio. What somebody else changed meanwhile is shown, and nothing is lost. */
export function PortfolioForm({ of, done, close }: Props) {
  const { make, replace } = usePortfolios();
  const [base, rebase] = useState(of);
  const [name, call] = useState(of?.name ?? "");
  const [description, describe] = useState(of?.description ?? "");
  const [text, write] = useState(written(of?.symbols ?? []));
  const [problem, say] = useState<Problem | null>(null);
  const [meanwhile, tell] = useState<{ sentences: string[]; clashes: TextField[] } | null>(null);
  const [isSending, sending] = useState(false);
  const { symbols, refused } = pasted(text);
  const mine: Body = { name, description, symbols };

  /** Bring what is there now into the form. */
  async function bring(known: Portfolio): Promise<void> {
    const theirs = await get(known.id);
    const found = merged(known, mine, theirs);
    call(found.body.name);
    describe(found.body.description);
    write(written(found.body.symbols));
    tell({ sentences: changes(known, theirs), clashes: found.clashes });
    rebase(theirs);
  }
  async function save(): Promise<void> {
    sending(true);
    say(null);
    try {
      const now = base ? await put(base, mine) : await make.mutateAsync(mine);
      if (base) replace(now);
      done(now);
    } catch (error) {
      try {
        if (!base || !isChanged(error)) throw error;
        await bring(base);
      } catch (failed) {
        say(problemOf(failed));
      }
    } finally {
      sending(false);
    }
  }
  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    void save();
  }
  const theirs = (field: TextField) => base && meanwhile?.clashes.includes(field) && base[field] !== mine[field] && base[field];
  const known = ["name", "description", "symbols"];
  const isElsewhere = problem && !known.some((field) => problem.fields[field]);
  return (
    <Dialog title={of ? "Edit the portfolio" : "A new portfolio"} of="lists" close={close}>
      <form className="form" onSubmit={submit} noValidate>
        {meanwhile && (
          <div className="meanwhile" role="alert">
            <strong>Somebody has changed this portfolio meanwhile</strong>
            <ul>
              {meanwhile.sentences.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
            <p>Both changes are in the form now, and nothing of yours is lost. Look, then save.</p>
          </div>
        )}
        <TextInput label="Name" value={name} maxLength={200} data-autofocus onChange={(event) => call(event.target.value)} error={problem?.fields.name} />
        <Theirs text={theirs("name")} take={call} />
        <Textarea label="Description" description="What it is for, and whatever you want to remember" rows={3} value={description} onChange={(event) => describe(event.target.value)} error={problem?.fields.description} />
        <Theirs text={theirs("description")} take={describe} />
        <Textarea
          label={`Symbols (${symbols.length})`}
          description="With spaces, commas or lines between"
          rows={5}
          spellCheck={false}
          value={text}
          onChange={(event) => write(event.target.value)}
          error={problem?.fields.symbols ?? (refused.length > 0 ? `no symbols, left out: ${refused.slice(0, 12).join(", ")}` : undefined)}
        />
        {isElsewhere && (
          <p className="refusal" role="alert">
            {problem.detail || problem.title}
            {problem.hint && `: ${problem.hint}`}
          </p>
        )}
        <Button type="submit" loading={isSending}>
          {of ? "Save" : "Make it"}
        </Button>
      </form>
    </Dialog>
  );
}

/** What the other wrote into a field that both have changed. */
function Theirs({ text, take }: { text: string | false | undefined; take: (text: string) => void }) {
  if (typeof text !== "string") return null;
  return (
    <p className="theirs">
      There it says “{text}” now.{" "}
      <Button size="compact-xs" variant="default" onClick={() => take(text)}>
        Take that
      </Button>
    </p>
  );
}
