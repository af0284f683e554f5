import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "@/service/Failure";
import { Skeleton } from "@/shared/Empty";

interface Props<Data> {
  title: string;
  about?: string;
  query: UseQueryResult<Data>;
  isWide?: boolean;
  children: (data: Data) => ReactNode;
}

/** A part of the page that fails alone, and keeps its old numbers while it asks for new ones. */
export function Panel<Data>({ title, about, query, isWide = false, children }: Props<Data>) {
  const { data, error, refetch } = query;
  return (
    <section className={`board ${isWide ? "wide" : ""}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {about && <p className="quiet">{about}</p>}
      </header>
      {error && <Failure error={error} again={() => void refetch()} />}
      {data === undefined ? !error && <Skeleton rows={5} /> : children(data)}
    </section>
  );
}
