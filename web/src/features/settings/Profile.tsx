import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { authChangeMe, type ShownPreferences, type ShownUser } from "@/client";
import { Failure } from "@/service/Failure";
import { keys } from "@/service/keys";
import { me } from "@/service/questions";
import { useMayWrite } from "@/service/role";
import { Refusal, useSending } from "@/service/sending";
import { useWanting, wants } from "@/service/wants";
import { Skeleton } from "@/shared/Empty";
import { TextField } from "@/shared/fields";
import { day } from "@/shared/format";
import { TimeZoneField } from "@/shared/TimeZoneField";
import { FIELDS, profileOf } from "./profile";

export function Profile() {
  const user = useQuery(me);
  const wanted = useQuery(wants);
  const error = user.error ?? wanted.error;
  if (user.data && wanted.data) return <ProfileForm user={user.data} wanted={wanted.data} />;
  if (!error) return <Skeleton />;
  return (
    <Failure
      error={error}
      again={() => {
        void user.refetch();
        void wanted.refetch();
      }}
    />
  );
}

function ProfileForm({ user, wanted }: { user: ShownUser; wanted: ShownPreferences }) {
  const queries = useQueryClient();
  const wanting = useWanting();
  const may = useMayWrite();
  const [email, write] = useState(user.email);
  const { problem, isSending, isSent, wrong, submit, changed } = useSending(async (form) => {
    const zone = form.get("time_zone");
    if (may && typeof zone === "string" && zone !== wanted.time_zone) await wanting.mutateAsync(() => ({ time_zone: zone.trim() }));
    const { data } = await authChangeMe({ body: profileOf(form, user), throwOnError: true });
    queries.setQueryData(keys.me, data);
  });
  return (
    <form className="sheet-of-part" onSubmit={submit} onChange={changed} noValidate>
      <div className="twin">
        <TextField label="First name" name="first_name" maxLength={100} defaultValue={user.first_name} autoComplete="given-name" wrong={wrong("first_name")} />
        <TextField label="Last name" name="last_name" maxLength={100} defaultValue={user.last_name} autoComplete="family-name" wrong={wrong("last_name")} />
      </div>
      <TextField
        label="Email"
        name="email"
        type="email"
        maxLength={320}
        value={email}
        onChange={(event) => write(event.target.value)}
        autoComplete="username"
        about="You sign in with it."
        wrong={wrong("email")}
      />
      {email.trim() !== user.email && (
        <TextField
          label="Password"
          name="current_password"
          type="password"
          maxLength={256}
          autoComplete="current-password"
          about="Another email needs it; leave it empty if you have none yet."
          wrong={wrong("current_password")}
        />
      )}
      {may && <TimeZoneField defaultValue={wanted.time_zone} about="Of your quiet hours, digests and messages. The app shows the exchange's time." wrong={wrong("time_zone")} />}
      <Refusal problem={problem} fields={FIELDS} />
      <div className="actions">
        <Button type="submit" size="compact-sm" loading={isSending}>
          Save
        </Button>
        <span className="done" role="status">
          {isSent && "Saved."}
        </span>
      </div>
      <p className="quiet">
        You are {user.role === "admin" ? "an admin" : `a ${user.role}`} of this service since {day(user.created_at)}.
      </p>
    </form>
  );
}
