import { Button } from "@mantine/core";
import type { Channel, ChannelKind } from "@/client";
import { Refusal, useSending } from "@/service/sending";
import { useWanting } from "@/service/wants";
import { TextField } from "@/shared/fields";
import { addressOf, atField, fieldsOf, titleOf, withChannel } from "./channels";

/** An address to be, always given whole: a secret that is kept can't be read, so nothing of it can be taken over. */
export function ChannelForm({ kind, before, close }: { kind: ChannelKind; before?: Channel; close: () => void }) {
  const wanting = useWanting();
  const fields = fieldsOf(kind.address);
  const { problem, isSending, submit } = useSending((form) => {
    const address = addressOf(fields, form);
    return wanting.mutateAsync((now) => ({ channels: withChannel(now.channels, kind.kind, { address, is_active: true }) }));
  }, close);
  const refused = atField(problem);
  const shown = (name: string) => {
    const value = before?.address[name];
    return typeof value === "string" ? value : "";
  };
  return (
    <form className="channel-form" onSubmit={submit} noValidate autoComplete="off" aria-label={titleOf(kind.kind)}>
      <h3>{before ? `Change ${titleOf(kind.kind)}` : `Add ${titleOf(kind.kind)}`}</h3>
      {before && fields.some(({ isSecret }) => isSecret) && <p className="quiet">Write all of it anew: what is kept is not shown.</p>}
      {fields.map(({ name, label, about, isSecret, isUnseen, isRequired, fallback }) => (
        <TextField
          key={name}
          label={isRequired ? label : `${label} (optional)`}
          name={name}
          type={isUnseen ? "password" : "text"}
          autoComplete={isUnseen ? "new-password" : "off"}
          about={about}
          placeholder={isSecret ? shown(name) : undefined}
          defaultValue={isSecret ? "" : shown(name) || fallback}
          wrong={refused?.fields[name]}
        />
      ))}
      <Refusal problem={refused} fields={fields.map(({ name }) => name)} />
      <div className="actions">
        <Button type="submit" size="compact-sm" loading={isSending}>
          Save
        </Button>
        <Button type="button" size="compact-sm" variant="default" onClick={close}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
