// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Session } from "./session";

const GRANT = { access_token: "new", refresh_token: null, token_type: "bearer" as const, expires_in: 900 };
const URL_OF = "http://tapehawk.test/api/v1/watchlist";

function answering(...answers: ((request: Request) => Response)[]) {
  const asked: Request[] = [];
  const reach = vi.fn((input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input instanceof Request ? input : new URL(String(input), URL_OF), init);
    asked.push(request);
    return Promise.resolve((answers.shift() ?? (() => new Response(null, { status: 500 })))(request));
  });
  return { reach: reach as unknown as typeof fetch, asked };
}
const status = (code: number) => () => new Response(null, { status: code });
const grant = () => Response.json(GRANT);

beforeEach(() => {
  document.cookie = "tapehawk_signed_in=1";
});

describe("a session", () => {
  it("gets a new token by the cookie when one has run out, and asks once more", async () => {
    const { reach, asked } = answering(status(401), grant, status(200));
    const session = new Session(reach);
    session.begin({ ...GRANT, access_token: "old" });
    const answer = await session.authorised(URL_OF, { method: "POST", body: "{}" });
    expect(answer.status).toBe(200);
    expect(asked.map((one) => one.headers.get("Authorization"))).toEqual(["Bearer old", null, "Bearer new"]);
    expect(await asked[2]?.text()).toBe("{}");
  });

  it("asks for a new token once, however many requests need it: a refresh token is good once", async () => {
    const { reach, asked } = answering(status(401), status(401), grant, status(200), status(200));
    const session = new Session(reach);
    session.begin({ ...GRANT, access_token: "old" });
    await Promise.all([session.authorised(URL_OF), session.authorised(URL_OF)]);
    expect(asked.filter(({ url }) => url.endsWith("/refresh"))).toHaveLength(1);
  });

  it("lets requests wait when it is over, and go on when somebody has signed in again", async () => {
    const { reach } = answering(status(401), status(401), status(200));
    const session = new Session(reach);
    session.begin(GRANT);
    const waiting = session.authorised(URL_OF);
    await vi.waitFor(() => expect(session.standing).toBe("over"));
    session.begin({ ...GRANT, access_token: "again" });
    expect((await waiting).status).toBe(200);
  });

  it("lets waiting requests fail when who waited signs out", async () => {
    const { reach } = answering(status(401), status(401));
    const session = new Session(reach);
    session.begin(GRANT);
    const waiting = session.authorised(URL_OF);
    await vi.waitFor(() => expect(session.standing).toBe("over"));
    session.end();
    expect((await waiting).status).toBe(401);
  });

  it("is not over because the service is away", async () => {
    const { reach } = answering(status(503));
    const session = new Session(reach);
    session.begin(GRANT);
    await expect(session.renew()).rejects.toThrow();
    expect(session.standing).toBe("in");
  });

  it("that never was is nobody's, and nothing is asked", async () => {
    document.cookie = "tapehawk_signed_in=; max-age=0";
    const { reach, asked } = answering();
    const session = new Session(reach);
    expect(await session.renew()).toBe(false);
    expect([session.standing, asked]).toEqual(["out", []]);
  });

  it("of which only the cookie was left is nobody's", async () => {
    const { reach } = answering(status(401));
    const session = new Session(reach);
    expect(await session.renew()).toBe(false);
    expect(session.standing).toBe("out");
  });
});
