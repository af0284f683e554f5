import { Button, PasswordInput, TextInput } from "@mantine/core";
import { authLogin, authRegister, authWelcome, type SignedIn } from "@/client";
import { Refusal, useSending } from "@/service/sending";
import { session } from "@/service/session";

/** Not by the session: a refused password is an answer here and no reason to ask for one. */
const reach: typeof fetch = (...given) => fetch(...given);
const asked = { fetch: reach, throwOnError: true } as const;

const ACCOUNT = ["email", "password"];
const NAMED = ["first_name", "last_name", ...ACCOUNT];

/** Sends what is written; the session begins by the answer. */
function useJoining(send: (values: Record<string, string>) => Promise<{ data: SignedIn }>, done?: () => void) {
  return useSending(async (form) => session.begin((await send(Object.fromEntries(form) as Record<string, string>)).data), done);
}

export function SignInForm({ email = "", done }: { email?: string; done?: () => void }) {
  const { problem, isSending, wrong, submit } = useJoining(
    ({ email = "", password = "" }) => authLogin({ ...asked, body: { email, password, refresh_in: "cookie" } }),
    done,
  );
  return (
    <form onSubmit={submit} className="form" noValidate>
      <TextInput label="Email" name="email" type="email" required maxLength={320} defaultValue={email} autoComplete="username" data-autofocus={email ? undefined : true} error={wrong("email")} />
      <PasswordInput label="Password" name="password" required maxLength={256} autoComplete="current-password" data-autofocus={email ? true : undefined} error={wrong("password")} />
      <Refusal problem={problem} fields={ACCOUNT} />
      <Button type="submit" loading={isSending} fullWidth>
        Sign in
      </Button>
    </form>
  );
}

export function RegisterForm({ invitation = "", done }: { invitation?: string; done: () => void }) {
  const { problem, isSending, wrong, submit } = useJoining(
    ({ email = "", password = "", ...more }) =>
      authRegister({ ...asked, body: { ...more, email, password, refresh_in: "cookie" } }),
    done,
  );
  return (
    <form onSubmit={submit} className="form" noValidate>
      <div className="pair">
        <TextInput label="First name" name="first_name" maxLength={100} autoComplete="given-name" error={wrong("first_name")} />
        <TextInput label="Last name" name="last_name" maxLength={100} autoComplete="family-name" error={wrong("last_name")} />
      </div>
      <TextInput label="Email" name="email" type="email" required maxLength={320} autoComplete="username" error={wrong("email")} />
      <PasswordInput label="Password" description="8 characters or more" name="password" required maxLength={256} autoComplete="new-password" error={wrong("password")} />
      {invitation ? (
        <input type="hidden" name="invitation" value={invitation} />
      ) : (
        <TextInput label="Invitation" description="if you were given one" name="invitation" maxLength={200} error={wrong("invitation")} />
      )}
      <Refusal problem={problem} fields={invitation ? NAMED : [...NAMED, "invitation"]} />
      <Button type="submit" loading={isSending} fullWidth>
        Register
      </Button>
    </form>
  );
}

export function WelcomeForm({ ticket, done }: { ticket: string; done: () => void }) {
  const { problem, isSending, wrong, submit } = useJoining(
    ({ email, password }) =>
      authWelcome({
        ...asked,
        body: { ticket, refresh_in: "cookie", ...(email && { email }), ...(password && { password }) },
      }),
    done,
  );
  return (
    <form onSubmit={submit} className="form" noValidate>
      <TextInput label="Email" name="email" type="email" maxLength={320} autoComplete="username" error={wrong("email")} />
      <PasswordInput label="Password" description="8 characters or more; both can wait" name="password" maxLength={256} autoComplete="new-password" error={wrong("password")} />
      <Refusal problem={problem} fields={ACCOUNT} />
      <Button type="submit" loading={isSending} fullWidth>
        Begin
      </Button>
    </form>
  );
}
