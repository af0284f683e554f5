import { useQueryClient } from "@tanstack/react-query";
import { SignInForm } from "@/features/sign-in/SignInForm";
import { keys } from "@/service/keys";
import { Dialog } from "@/shared/Dialog";
import type { ShownUser } from "@/client";

/** Over the page when a session has ended: what is on screen stays, and goes on when somebody has signed in. */
export default function SignInAgain() {
  const user = useQueryClient().getQueryData<ShownUser>(keys.me);
  return (
    <Dialog title="You are signed out">
      <p className="quiet">Nothing on this page is lost: it goes on when you have signed in again.</p>
      <SignInForm email={user?.email ?? ""} />
    </Dialog>
  );
}
