import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { notificationsTryChannel, type Channel, type LastLetter } from "@/client";
import { keys } from "@/service/keys";
import { problemOf } from "@/service/problem";
import { moment } from "@/shared/format";
import { IN_APP, titleOf } from "./channels";

interface Props {
  channel: Channel;
  may: boolean;
  turn: (is_active: boolean) => void;
  remove: () => void;
  children: ReactNode;
}

/** A channel: where it leads, what became of the last message to it, a test with its receipt. */
export function ChannelRow({ channel, may, turn, remove, children }: Props) {
  const { kind, address, is_active, last } = channel;
  const queries = useQueryClient();
  const test = useMutation({
    mutationFn: async () => (await notificationsTryChannel({ body: { channel: kind }, throwOnError: true })).data,
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: keys.wants });
      void queries.invalidateQueries({ queryKey: keys.notifications });
    },
  });
  const isOurs = kind === IN_APP;
  const title = titleOf(kind);
  return (
    <li className={is_active ? "" : "is-off"}>
      <div className="channel">
        <input type="checkbox" checked={is_active} disabled={isOurs || !may} aria-label={`${title} is on`} onChange={() => turn(!is_active)} />
        <b>{title}</b>
        <span className="ellipsis">{isOurs ? "everything you are told, in this app" : Object.values(address).filter(Boolean).map(String).join(" · ")}</span>
        <span className="ellipsis quiet">{last ? <Last letter={last} /> : isOurs ? "" : "nothing was sent yet"}</span>
        {may && (
          <span className="actions">
            <Button size="compact-xs" variant="default" loading={test.isPending} onClick={() => test.mutate()} aria-label={`Send a test to ${title}`}>
              Send a test
            </Button>
            {!isOurs && (
              <>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Change ${title}`}
                  renderRoot={(shown) => <Link to="/notifications" search={{ part: "channels", channel: kind }} {...shown} />}
                >
                  Change
                </Button>
                <button type="button" className="plain" aria-label={`Remove ${title}`} onClick={remove}>
                  ✕
                </button>
              </>
            )}
          </span>
        )}
      </div>
      <div role="status" aria-live="polite">
        {test.data && (
          <p className={`receipt ${test.data.delivered ? "" : "refusal"}`}>
            {test.data.delivered ? "Delivered" : "Not delivered"}: {test.data.said}
          </p>
        )}
        {test.error && <Refused error={test.error} />}
      </div>
      {children}
    </li>
  );
}

function Refused({ error }: { error: Error }) {
  const { detail, hint } = problemOf(error);
  return (
    <p className="receipt refusal">
      Not sent: {detail}
      {hint && ` (${hint})`}
    </p>
  );
}

function Last({ letter }: { letter: LastLetter }) {
  const at = letter.sent_at ?? letter.created_at;
  const said = letter.state === "failed" ? letter.error : letter.receipt;
  return (
    <span className={letter.state === "failed" ? "refusal" : ""} title={said ?? undefined}>
      last: {letter.state}, {moment(at)}
      {letter.attempt > 1 && `, attempt ${letter.attempt}`}
      {said && `: ${said}`}
    </span>
  );
}
