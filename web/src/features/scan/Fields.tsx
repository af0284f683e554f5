import { ParameterField } from "@/service/ParameterField";
import { FormulaField, FORMULAS } from "./FormulaField";
import type { Asked } from "@/service/question";
import type { Tell } from "@/shared/Told";
import type { Field } from "./draft";

interface Props {
  fields: readonly Field[];
  asked: Asked;
  /** By a parameter's name, what the service has said against it. */
  refused: Record<string, string>;
  write: (name: string, text: string) => void;
  tell: Tell;
}

/** The parameters of a scanner, each by what it is: a formula, a number with a slider, a switch, a choice. */
export function Fields({ fields, asked, refused, write, tell }: Props) {
  const isOfFormulas = asked.scanner === "formula";
  const place = ({ known }: Field) => (isOfFormulas && known.name in FORMULAS ? Object.keys(FORMULAS).indexOf(known.name) : Infinity);
  const inOrder = isOfFormulas ? fields.toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b))) : fields;
  return (
    <div className="parameters">
      {inOrder.map(({ known, text, wrong }) => {
        const put = (next: string) => write(known.name, next);
        return isOfFormulas && known.name in FORMULAS ? (
          <FormulaField key={known.name} name={known.name} about={known.about} text={text} write={put} asked={asked} refused={refused[known.name]} tell={tell} />
        ) : (
          <ParameterField key={known.name} known={known} text={text} wrong={wrong ?? refused[known.name]} write={put} />
        );
      })}
    </div>
  );
}
