import type { SignedIn } from "@/client";

/** unknown: not asked yet · out: nobody · in: somebody · over: somebody whose sign-in has ended; their work stays. */
export type Standing = "unknown" | "out" | "in" | "over";

const REFRESH = "/api/v1/auth/refresh";
const EARLY_MS = 30_000;
/** The cookie of the refresh token is for no script to see; one beside it says that it is there. */
const isKept = () => document.cookie.includes("tapehawk_signed_in=1");

/**
 * Who is signed in. The access token lives in this object only; the refresh token in a cookie no script can read.
 *
 * Requests that find the session over wait here until somebody has signed in again, and then go on.
 */
export class Session {
  standing: Standing = "unknown";
  private token = "";
  private until = 0;
  private renewing: Promise<boolean> | null = null;
  private readonly listeners = new Set<() => void>();
  private waiting: ((again: boolean) => void)[] = [];

  constructor(private readonly reach: typeof fetch = (...given) => fetch(...given)) {}

  listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  begin(grant: SignedIn): void {
    this.token = grant.access_token;
    this.until = Date.now() + grant.expires_in * 1000 - EARLY_MS;
    this.become("in");
    this.release(true);
  }

  end(): void {
    this.token = "";
    this.become("out");
    this.release(false);
  }

  /** Ask the service by the cookie who this is, once at a time over all tabs: a refresh token is good once. */
  renew(): Promise<boolean> {
    this.renewing ??= alone(() => this.refreshed()).finally(() => (this.renewing = null));
    return this.renewing;
  }

  /** Ask with the token; where it has run out, with a new one; where the session is over, when it is there again. */
  authorised = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    if (this.token && Date.now() > this.until) await this.renew();
    let answer = await this.ask(request.clone());
    while (answer.status === 401 && this.standing !== "out") {
      if (!(await this.renew()) && !(await this.signedInAgain())) return answer;
      answer = await this.ask(request.clone());
    }
    return answer;
  };

  private ask(request: Request): Promise<Response> {
    if (this.token) request.headers.set("Authorization", `Bearer ${this.token}`);
    return this.reach(request);
  }

  private async refreshed(): Promise<boolean> {
    const answer = isKept() ? await this.reach(REFRESH, { method: "POST" }) : null;
    if (answer?.ok) {
      this.begin((await answer.json()) as SignedIn);
      return true;
    }
    if (answer && answer.status !== 401) throw new Error("the service can't say just now who is signed in");
    this.token = "";
    this.become(this.standing === "unknown" || this.standing === "out" ? "out" : "over");
    return false;
  }

  private signedInAgain(): Promise<boolean> {
    if (this.standing !== "over") return Promise.resolve(this.standing === "in");
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private release(again: boolean): void {
    const waiting = this.waiting;
    this.waiting = [];
    waiting.forEach((go) => go(again));
  }

  private become(standing: Standing): void {
    this.standing = standing;
    this.listeners.forEach((told) => told());
  }
}

function alone(work: () => Promise<boolean>): Promise<boolean> {
  const locks = (navigator as Partial<Navigator>).locks; // not there on plain http from another machine
  return locks ? locks.request("tapehawk-refresh", work) : work();
}

export const session = new Session();
