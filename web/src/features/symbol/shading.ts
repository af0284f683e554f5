import type { IPrimitivePaneView, ISeriesPrimitive, Logical, SeriesAttachedParameter } from "lightweight-charts";
import type { Palette } from "./marks";
import type { Band } from "./sessions";

type Target = Parameters<NonNullable<ReturnType<IPrimitivePaneView["renderer"]>>["draw"]>[0];

/** The grounds of sessions, drawn behind the candles from top to bottom. */
export class Shading implements ISeriesPrimitive {
  private given: SeriesAttachedParameter | null = null;
  private bands: readonly Band[] = [];
  private readonly views: readonly IPrimitivePaneView[] = [
    { zOrder: () => "bottom", renderer: () => ({ draw: (target: Target) => this.draw(target) }) },
  ];

  constructor(private readonly palette: Palette) {}

  attached(given: SeriesAttachedParameter): void {
    this.given = given;
  }

  detached(): void {
    this.given = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  show(bands: readonly Band[]): void {
    this.bands = bands;
    this.given?.requestUpdate();
  }

  private draw(target: Target): void {
    const scale = this.given?.chart.timeScale();
    const first = scale?.logicalToCoordinate(0 as Logical);
    const second = scale?.logicalToCoordinate(1 as Logical);
    if (first === null || first === undefined || second === null || second === undefined) return;
    const spacing = second - first;
    const colours = { premarket: this.palette.hover, after_hours: this.palette.hover, other_day: this.palette.raised };
    target.useBitmapCoordinateSpace(({ context, bitmapSize, horizontalPixelRatio }) => {
      for (const { kind, from, to } of this.bands) {
        const left = (first + (from - 0.5) * spacing) * horizontalPixelRatio;
        const right = (first + (to + 0.5) * spacing) * horizontalPixelRatio;
        if (right < 0 || left > bitmapSize.width) continue;
        context.fillStyle = colours[kind];
        context.fillRect(left, 0, right - left, bitmapSize.height);
      }
    });
  }
}
