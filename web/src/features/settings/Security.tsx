import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { authChangePassword } from "@/client";
import { keys } from "@/service/keys";
import { Refusal, useSending } from "@/service/sending";
import { TextField } from "@/shared/fields";
import { SignIns } from "./SignIns";

export function Security() {
  const [times, again] = useState(0);
  const [isChanged, changed] = useState(false);
  return (
    <div className="sheet-of-part wide">
      <section className="narrow" aria-label="Password">
        <PasswordForm
          key={times} // a form anew, empty, once the password is another
          isChanged={isChanged}
          done={() => {
            changed(true);
            again(times + 1);
          }}
        />
      </section>
      <SignIns />
    </div>
  );
}

function PasswordForm({ isChanged, done }: { isChanged: boolean; done: () => void }) {
  const queries = useQueryClient();
  const { problem, isSending, wrong, submit } = useSending(async (form) => {
    const text = (name: string) => form.get(name) as string;
    const body = { current_password: text("current_password"), new_password: text("new_password") };
    await authChangePassword({ body, throwOnError: true });
    await queries.invalidateQueries({ queryKey: keys.signIns });
  }, done);
  return (
    <form className="plain-form" onSubmit={submit} noValidate>
      <TextField
        label="Password of now"
        name="current_password"
        type="password"
        maxLength={256}
        autoComplete="current-password"
        about="Leave it empty if you have none yet."
        wrong={wrong("current_password")}
      />
      <TextField
        label="New password"
        name="new_password"
        type="password"
        maxLength={256}
        autoComplete="new-password"
        about="8 characters or more."
        wrong={wrong("new_password") ?? wrong("body")}
      />
      <Refusal problem={problem} fields={["current_password", "new_password", "body"]} />
      <div className="actions">
        <Button type="submit" size="compact-sm" loading={isSending}>
          Change the password
        </Button>
        <span className="done" role="status">
          {isChanged && !problem && "Changed. Every other sign-in has ended."}
        </span>
      </div>
    </form>
  );
}
