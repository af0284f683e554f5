import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { authLogin, authRegister, authWelcome, type SignedIn } from "@/client";
import { problemOf, type Problem } from "@/service/problem";
import { session } from "@/service/session";

/** Not by the session: a refused password is an answer here and no reason to ask for one. */
const reach: typeof fetch = (...given) => fetch(...given);
const asked = { fetch: reach, throwOnError: true } as const;

type Send = (values: Record<string, string>) => Promise<{ data: SignedIn }>;

/** What every form here does: send, show what the service refuses at its field, let the session begin. */
function useSending(send: Send, done?: () => void) {
  const [problem, say] = useState<Problem | null>(null);
  const [isSending, sending] = useState(false);
  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    sending(true);
    say(null);
    try {
      const values = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
      session.begin((await send(values)).data);
      done?.();
    } catch (error) {
      say(problemOf(error));
    } finally {
      sending(false);
    }
  }
  return { problem, isSending, submit: (event: SubmitEvent<HTMLFormElement>) => void submit(event) };
}

function Said({ problem }: { problem: Problem | null }) {
  if (!problem || Object.keys(problem.fields).length > 0) return null;
  return (
    <p className="refusal" role="alert">
      {problem.detail || problem.title}
      {problem.hint && `: ${problem.hint}`}
    </p>
  );
}

export function SignInForm({ email = "", done }: { email?: string; done?: () => void }) {
  const { problem, isSending, submit } = useSending(
    ({ email = "", password = "" }) => authLogin({ ...asked, body: { email, password, refresh_in: "cookie" } }),
    done,
  );
  return (
    <form onSubmit={submit} className="form">
      <TextInput label="Email" name="email" type="email" required maxLength={320} defaultValue={email} autoComplete="username" data-autofocus={email ? undefined : true} error={problem?.fields.email} />
      <PasswordInput label="Password" name="password" required maxLength={256} autoComplete="current-password" data-autofocus={email ? true : undefined} error={problem?.fields.password} />
      <Said problem={problem} />
      <Button type="submit" loading={isSending} fullWidth>
        Sign in
      </Button>
    </form>
  );
}

export function RegisterForm({ invitation = "", done }: { invitation?: string; done: () => void }) {
  const { problem, isSending, submit } = useSending(
    ({ email = "", password = "", ...more }) =>
      authRegister({ ...asked, body: { ...more, email, password, refresh_in: "cookie" } }),
    done,
  );
  return (
    <form onSubmit={submit} className="form">
      <div className="pair">
        <TextInput label="First name" name="first_name" maxLength={100} autoComplete="given-name" error={problem?.fields.first_name} />
        <TextInput label="Last name" name="last_name" maxLength={100} autoComplete="family-name" error={problem?.fields.last_name} />
      </div>
      <TextInput label="Email" name="email" type="email" required maxLength={320} autoComplete="username" error={problem?.fields.email} />
      <PasswordInput label="Password" description="8 characters or more" name="password" required minLength={8} maxLength={256} autoComplete="new-password" error={problem?.fields.password} />
      {invitation ? (
        <input type="hidden" name="invitation" value={invitation} />
      ) : (
        <TextInput label="Invitation" description="if you were given one" name="invitation" maxLength={200} error={problem?.fields.invitation} />
      )}
      <Said problem={problem} />
      <Button type="submit" loading={isSending} fullWidth>
        Register
      </Button>
    </form>
  );
}

export function WelcomeForm({ ticket, done }: { ticket: string; done: () => void }) {
  const { problem, isSending, submit } = useSending(
    ({ email, password }) =>
      authWelcome({
        ...asked,
        body: { ticket, refresh_in: "cookie", ...(email && { email }), ...(password && { password }) },
      }),
    done,
  );
  return (
    <form onSubmit={submit} className="form">
      <TextInput label="Email" name="email" type="email" maxLength={320} autoComplete="username" error={problem?.fields.email} />
      <PasswordInput label="Password" description="8 characters or more; both can wait" name="password" minLength={8} maxLength={256} autoComplete="new-password" error={problem?.fields.password} />
      <Said problem={problem} />
      <Button type="submit" loading={isSending} fullWidth>
        Begin
      </Button>
    </form>
  );
}
