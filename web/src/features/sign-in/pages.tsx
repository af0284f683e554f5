import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { RegisterForm, SignInForm, WelcomeForm } from "./SignInForm";

function Sheet({ title, children, below }: { title: string; children: ReactNode; below?: ReactNode }) {
  return (
    <main className="sheet">
      <svg width="28" height="28" viewBox="0 0 16 16" className="accent" aria-hidden="true">
        <path d="M8 2 15 14 8 11 1 14z" fill="currentColor" />
      </svg>
      <h1>{title}</h1>
      {children}
      {below && <p className="quiet">{below}</p>}
    </main>
  );
}

export function SignIn() {
  const go = useNavigate();
  const { to } = useSearch({ from: "/sign-in" });
  return (
    <Sheet title="Tapehawk" below={<>New here? <Link to="/register">Register</Link></>}>
      <SignInForm done={() => void go({ href: to ?? "/desk", replace: true })} />
    </Sheet>
  );
}

export function Register() {
  const go = useNavigate();
  const { invitation } = useSearch({ from: "/register" });
  return (
    <Sheet title="Register" below={<>You have an account? <Link to="/sign-in">Sign in</Link></>}>
      <RegisterForm invitation={invitation} done={() => void go({ to: "/desk", replace: true })} />
    </Sheet>
  );
}

/** Behind the owner's link. Its ticket stands after the `#`, which no server sees, and leaves the address at once. */
export function Welcome() {
  const go = useNavigate();
  const [ticket] = useState(takeTicket);
  return (
    <Sheet title="Welcome to Tapehawk" below={<>Already the owner? <Link to="/sign-in">Sign in</Link></>}>
      <p>
        This link makes you the owner of this service. With an email and a password you can sign in again from anywhere;
        you can also choose them later.
      </p>
      <WelcomeForm ticket={ticket} done={() => void go({ to: "/desk", replace: true })} />
    </Sheet>
  );
}

let taken = "";
function takeTicket(): string {
  if (location.hash.length > 1) {
    taken = location.hash.slice(1);
    history.replaceState(history.state, "", location.pathname);
  }
  return taken;
}
