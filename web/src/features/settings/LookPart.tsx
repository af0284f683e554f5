import { useMantineColorScheme } from "@mantine/core";
import { useState } from "react";
import { ChipsField } from "@/shared/fields";
import { look, wear, type Colours, type Motion } from "@/shared/look";
import { Sparkline } from "@/shared/Sparkline";

const RISING = [3, 4, 3.6, 5, 5.4, 5.1, 6.2, 7];

/** How the app looks in this browser; it changes at once, and is kept here. */
export function LookPart() {
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const [worn, put] = useState(look);
  return (
    <form className="sheet-of-part" onSubmit={(event) => event.preventDefault()}>
      <p className="quiet">Of this browser: it changes at once, everywhere in the app.</p>
      <ChipsField
        key={colorScheme}
        label="Theme"
        name="theme"
        type="radio"
        of={[["auto", "as the system"], ["dark", "dark"], ["light", "light"]]}
        chosen={[colorScheme]}
        onChoose={(value) => setColorScheme(value as "auto" | "dark" | "light")}
      />
      <ChipsField
        label="Up and down"
        name="colours"
        type="radio"
        of={[["teal-orange", "teal and orange"], ["red-green", "green and red"]]}
        chosen={[worn.colours]}
        about="Teal and orange can be told apart by colour-blind eyes too."
        onChoose={(value) => put(wear({ colours: value as Colours }))}
      />
      <p className="sample" aria-label="A sample">
        <b className="up">+1.84 %</b> <Sparkline values={RISING} /> <b className="down">−0.97 %</b> <Sparkline values={RISING.toReversed()} />
      </p>
      <ChipsField
        label="Motion"
        name="motion"
        type="radio"
        of={[["system", "as the system"], ["reduced", "none"]]}
        chosen={[worn.motion]}
        about="A changed number is tinted for a moment; without motion it is not."
        onChoose={(value) => put(wear({ motion: value as Motion }))}
      />
    </form>
  );
}
