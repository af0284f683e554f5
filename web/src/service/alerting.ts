import type { Notification as Told } from "@/client";
import { useSyncExternalStore } from "react";

/** How this browser makes a notification noticed, beside the bell. */
interface Alerting {
  sound: boolean;
  desktop: boolean;
}

/** Of many that come together only the newest are shown and heard one by one. */
const AT_ONCE = 3;
const KEPT = "tapehawk-alerting";
const QUIET: Alerting = { sound: false, desktop: false };
const listeners = new Set<() => void>();
let now: Alerting = kept();
let audio: AudioContext | null = null;

export const useAlerting = (): Alerting => useSyncExternalStore(listen, () => now);

/** Let notifications sound, or not; the first sound is heard at once, so that it is known. */
export function setSound(sound: boolean): void {
  keep({ ...now, sound });
  if (sound) chime();
}

/** Show notifications outside the page, or not. The browser asks when this is first wanted; returns whether it may. */
export async function setDesktop(desktop: boolean): Promise<boolean> {
  const mayShow = desktop && canShow() && (await Notification.requestPermission()) === "granted";
  keep({ ...now, desktop: mayShow });
  return mayShow;
}

/** Whether this browser can show notifications at all: not on a plain address of another machine. */
export const canShow = (): boolean => "Notification" in globalThis && isSecureContext;

/** Make what was told noticed, as this browser is set. */
export function alertTo(told: Told): void {
  if (now.sound) chime();
  if (!now.desktop || !canShow() || Notification.permission !== "granted") return;
  const shown = new Notification(told.title, { body: told.message, tag: told.id, icon: "/icon.svg" });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
}

/** Tells news from what was there already, and says the newest to who can't see the bell. */
export class Arrivals {
  private known: Set<string> | null = null;
  private newest = 0;
  private text = "";
  private readonly listeners = new Set<() => void>();

  constructor(private readonly noticed: (told: Told) => void) {}

  listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  said = (): string => this.text;

  /** Take the newest of the unread, the newest first. What is there at first is no news; nor is what was read further down. */
  take(items: readonly Told[]): void {
    const before = this.known;
    const since = this.newest;
    const news = items.filter(({ id, created_at }) => !before?.has(id) && Date.parse(created_at) >= since);
    this.known = new Set([...(before ?? []), ...items.map(({ id }) => id)]);
    this.newest = Math.max(since, ...items.map(({ created_at }) => Date.parse(created_at)));
    if (before === null || news.length === 0) return;
    news.slice(0, AT_ONCE).reverse().forEach(this.noticed);
    this.text = news.length > 1 ? `${news.length} notifications: ${news[0]?.title}` : `Notification: ${news[0]?.title}`;
    this.listeners.forEach((told) => told());
  }
}

/** Two short tones, made here: no file is loaded for them. */
function chime(): void {
  audio ??= new AudioContext();
  void audio.resume();
  const at = audio.currentTime;
  for (const [hertz, from] of [
    [880, 0],
    [1175, 0.12],
  ] as const) {
    const tone = new OscillatorNode(audio, { frequency: hertz });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.linearRampToValueAtTime(0.15, at + from + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.001, at + from + 0.25);
    tone.connect(volume).connect(audio.destination);
    tone.start(at + from);
    tone.stop(at + from + 0.3);
  }
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keep(next: Alerting): void {
  now = next;
  try {
    localStorage.setItem(KEPT, JSON.stringify(next));
  } catch {
    // a browser that keeps nothing has it until it is closed
  }
  listeners.forEach((told) => told());
}

function kept(): Alerting {
  try {
    const said = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Record<keyof Alerting, unknown>>;
    return { sound: said.sound === true, desktop: said.desktop === true };
  } catch {
    return QUIET;
  }
}
