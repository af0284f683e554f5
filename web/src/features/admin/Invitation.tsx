import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { authInvite } from "@/client";
import { problemOf } from "@/service/problem";
import { moment } from "@/shared/format";

/** A link with which one person can register. */
export function Invitation() {
  const [copied, copy] = useState<boolean | null>(null);
  const invite = useMutation({
    mutationFn: async () => (await authInvite({ throwOnError: true })).data,
    onSuccess: () => copy(null),
  });
  const link = invite.data && `${location.origin}/register?invitation=${encodeURIComponent(invite.data.invitation)}`;
  return (
    <>
      {link && (
        <span className="invitation">
          <input className="boxed" readOnly aria-label="Link of the invitation" value={link} onFocus={(event) => event.target.select()} />
          <Button size="compact-sm" variant="default" onClick={() => void copyText(link).then(copy)}>
            Copy
          </Button>
          <span className="quiet" role="status">
            {copied === true ? "Copied. " : copied === false ? "Copy it by hand: this browser does not let the page. " : ""}
            For one person, until {moment(invite.data.expires_at)}.
          </span>
        </span>
      )}
      {invite.error && (
        <span className="refusal" role="alert">
          {problemOf(invite.error).detail}
        </span>
      )}
      <Button size="compact-sm" loading={invite.isPending} onClick={() => invite.mutate()}>
        {link ? "Invite another" : "Invite"}
      </Button>
    </>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // a plain address of another machine has no clipboard
  }
}
