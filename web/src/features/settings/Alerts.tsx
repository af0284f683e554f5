import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { canShow, setDesktop, setSound, useAlerting } from "@/service/alerting";
import { Tick } from "@/shared/fields";

/** How this browser makes what is told noticed. The browser is asked for leave when it is first wanted. */
export function Alerts() {
  const { sound, desktop } = useAlerting();
  const [isRefused, refused] = useState(false);
  return (
    <div className="sheet-of-part">
      <p className="quiet">
        Of this browser, while the app is open in it. Which signals you are told of is said by{" "}
        <Link to="/notifications" search={{ part: "rules" }} className="underlined">
          your rules
        </Link>
        , and how you are reached elsewhere by{" "}
        <Link to="/notifications" search={{ part: "channels" }} className="underlined">
          your channels
        </Link>
        .
      </p>
      <Tick label="A sound" checked={sound} onChange={(event) => setSound(event.target.checked)} about="Two short tones; you hear them now." />
      <Tick
        label="The browser's notifications"
        checked={desktop}
        disabled={!canShow()}
        onChange={(event) => {
          const isWanted = event.target.checked;
          void setDesktop(isWanted).then((may) => refused(isWanted && !may));
        }}
        about={canShow() ? "Seen while you look at another window, too." : "This browser shows none for an address without https."}
        wrong={isRefused ? "The browser does not allow it: its settings for this site can." : undefined}
      />
    </div>
  );
}
