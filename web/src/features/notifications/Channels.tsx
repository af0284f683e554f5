import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Channel } from "@/client";
import { Failure } from "@/service/Failure";
import { useMayWrite } from "@/service/role";
import { useWanting, wants } from "@/service/wants";
import { Empty, Skeleton } from "@/shared/Empty";
import { Telling, useTold } from "@/shared/Told";
import { ChannelForm } from "./ChannelForm";
import { ChannelRow } from "./ChannelRow";
import { IN_APP, titleOf, withChannel } from "./channels";
import { kinds } from "./useKinds";
import { useRemoving } from "./useRemoving";

const INBOX: Channel = { kind: IN_APP, address: {}, is_active: true };

/** Where the user is reached beside the inbox. What is kept of a secret is never shown again. */
export function Channels() {
  const { channel: open } = useSearch({ from: "/frame/notifications" });
  const wanted = useQuery(wants);
  const known = useQuery(kinds);
  const wanting = useWanting();
  const removing = useRemoving();
  const { told, tell, forget } = useTold();
  const may = useMayWrite();
  const go = useNavigate();
  const close = () => void go({ to: "/notifications", search: { part: "channels" } });
  const error = wanted.error ?? known.error;
  const failed = wanting.error ?? removing.error;

  function remove(kind: string): void {
    tell(`${titleOf(kind)} is removed.`, removing.remove(kind, forget));
    if (open === kind) close();
  }
  const there = (wanted.data?.channels ?? []).filter(({ kind }) => kind !== IN_APP);
  const set = there.filter(({ kind }) => !removing.gone.has(kind));
  const rest = (known.data ?? []).filter(({ kind }) => kind !== IN_APP && !there.some((one) => one.kind === kind));
  const asked = known.data?.find(({ kind }) => kind === open);
  const form = (kind: string) => (asked && may && open === kind ? <ChannelForm key={kind} kind={asked} before={set.find((one) => one.kind === kind)} close={close} /> : null);
  return (
    <section className="part" aria-label="Channels">
      <header>
        <h2>Channels</h2>
      </header>
      {failed && <Failure error={failed} />}
      <Telling told={told} forget={forget} />
      {error && !(wanted.data && known.data) ? (
        <Failure
          error={error}
          again={() => {
            void wanted.refetch();
            void known.refetch();
          }}
        />
      ) : !wanted.data || !known.data ? (
        <Skeleton />
      ) : (
        <>
          <ol className="channels">
            {[INBOX, ...set].map((channel) => (
              <ChannelRow
                key={channel.kind}
                channel={channel}
                may={may}
                remove={() => remove(channel.kind)}
                turn={(is_active) =>
                  wanting.mutate((now) => {
                    const one = now.channels.find(({ kind }) => kind === channel.kind);
                    return one ? { channels: withChannel(now.channels, one.kind, { address: one.address, is_active }) } : {};
                  })
                }
              >
                {form(channel.kind)}
              </ChannelRow>
            ))}
          </ol>
          {may && rest.length > 0 && (
            <div className="add-channel">
              <span className="quiet">{set.length === 0 ? "Be told outside of this app too, by" : "Add"}</span>
              {rest.map(({ kind }) => (
                <Button key={kind} size="compact-sm" variant="default" renderRoot={(shown) => <Link to="/notifications" search={{ part: "channels", channel: kind }} {...shown} />}>
                  {titleOf(kind)}
                </Button>
              ))}
            </div>
          )}
          {open && rest.some(({ kind }) => kind === open) && <div className="new-channel">{form(open)}</div>}
          {open && !asked && <Empty title="There is no such channel">Those above exist.</Empty>}
        </>
      )}
    </section>
  );
}
