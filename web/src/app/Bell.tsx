import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState, useSyncExternalStore } from "react";
import { notificationsMark, type Notification } from "@/client";
import { alertTo, Arrivals, canShow, setDesktop, setSound, useAlerting } from "@/service/alerting";
import { keys } from "@/service/keys";
import { unread } from "@/service/questions";
import { useMayWrite } from "@/service/role";
import { clock } from "@/shared/format";
import { Disclosed } from "@/shared/Disclosed";

const MOST = 99;

/** How much the user was told and has not read, the newest of it, and how it is made noticed. */
export function Bell() {
  const { data } = useQuery(unread);
  const said = useNoticed(data?.items);
  const count = data?.unread_count ?? 0;
  useEffect(() => {
    document.title = count > 0 ? `(${count}) Tapehawk` : "Tapehawk";
  }, [count]);
  return (
    <>
      <Disclosed
        className="bell"
        title="Notifications"
        name={
          <>
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
              <path d="M3 11.5h10c-1-1-1.5-2-1.5-5a3.5 3.5 0 0 0-7 0c0 3-.5 4-1.5 5z M6.5 13a1.5 1.5 0 0 0 3 0" />
            </svg>
            {count > 0 && (
              <b className="count" aria-hidden="true">
                {count > MOST ? `${MOST}+` : count}
              </b>
            )}
            <span className="hidden">{count === 1 ? "1 notification" : `${count} notifications`} not read</span>
          </>
        }
      >
        <section className="notices" aria-label="Notifications">
          <header>
            <h2>Notifications</h2>
            <Link to="/notifications">All, and rules</Link>
          </header>
          {data && data.items.length > 0 ? (
            <ul>
              {data.items.map((one) => (
                <Notice key={one.id} told={one} />
              ))}
            </ul>
          ) : (
            <p className="quiet">Nothing that you have not read. Your rules say of which signals you are told.</p>
          )}
          <Noticing />
        </section>
      </Disclosed>
      <p className="hidden" role="status" aria-live="polite">
        {said}
      </p>
    </>
  );
}

/** Let what arrives be noticed; returns what is to be said aloud. */
function useNoticed(items: readonly Notification[] | undefined): string {
  const [arrivals] = useState(() => new Arrivals(alertTo));
  useEffect(() => {
    if (items) arrivals.take(items);
  }, [arrivals, items]);
  return useSyncExternalStore(arrivals.listen, arrivals.said);
}

function Notice({ told }: { told: Notification }) {
  const queries = useQueryClient();
  const read = useMutation({
    mutationFn: () => notificationsMark({ path: { notification_id: told.id }, body: { is_read: true }, throwOnError: true }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.notifications }),
  });
  const may = useMayWrite();
  const symbol = typeof told.data.symbol === "string" ? told.data.symbol : "";
  return (
    <li>
      <time dateTime={told.created_at}>{clock(told.created_at)}</time>
      <div>
        {symbol ? (
          <Link to="/symbol/$" params={{ _splat: symbol }} onClick={() => may && read.mutate()}>
            {told.title}
          </Link>
        ) : (
          <b>{told.title}</b>
        )}
        <p className="quiet">{told.message}</p>
      </div>
      {may && (
        <button type="button" className="plain quiet" aria-label={`Read: ${told.title}`} title="Read" onClick={() => read.mutate()}>
          ✓
        </button>
      )}
    </li>
  );
}

/** Sound, and the browser's own notifications: it is asked when they are first wanted. */
function Noticing() {
  const { sound, desktop } = useAlerting();
  const [isRefused, refuse] = useState(false);
  return (
    <footer>
      <label>
        <input type="checkbox" checked={sound} onChange={(event) => setSound(event.target.checked)} /> with a sound
      </label>
      {canShow() && (
        <label>
          <input
            type="checkbox"
            checked={desktop}
            onChange={(event) => {
              const isWanted = event.target.checked;
              void setDesktop(isWanted).then((may) => refuse(isWanted && !may));
            }}
          />{" "}
          outside this page
        </label>
      )}
      {isRefused && <p className="refusal">Your browser does not let this page show any: its settings for this address can.</p>}
    </footer>
  );
}
