import { useId, type ReactNode } from "react";
import { TextField } from "./fields";

/** A time zone by its name, with those the browser knows to choose from. */
export function TimeZoneField(props: { defaultValue?: string; about?: ReactNode; wrong?: string }) {
  const list = useId();
  return (
    <>
      <TextField label="Time zone" name="time_zone" list={list} maxLength={64} autoComplete="off" {...props} />
      <datalist id={list}>
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}
