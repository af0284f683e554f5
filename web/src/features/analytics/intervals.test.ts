import { expect, it } from "vitest";
import { standing, whisker, wilson } from "./intervals";

const ends = (low: number, high: number) => ({ low, high });

it("draws Wilson's interval as it is published", () => {
  // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29
  const published = [[81, 263, 25.53, 36.62], [15, 148, 6.24, 16.05], [0, 20, 0, 16.11], [1, 29, 0.61, 17.18]] as const;
  for (const [successes, n, low, high] of published) {
    const found = wilson(successes / n, n);
    expect(found?.low).toBeCloseTo(low, 1);
    expect(found?.high).toBeCloseTo(high, 1);
  }
  expect(wilson(0, 0)).toBeNull();
});

it("places a rate and its intervals within the line", () => {
  expect(whisker({ rate: 50, n: 40, interval: ends(0, 100), clustered: ends(25, 75) }, 110, 5)).toEqual({ dot: 55, thick: [5, 105], thin: [30, 80] });
  expect(whisker({ rate: null, n: 0, interval: null }, 110, 5)).toBeNull();
  expect(whisker({ rate: 100, n: 1, interval: null }, 110, 5)).toEqual({ dot: 105, thick: null, thin: null });
});

it("calls a rate another than the baseline only where no interval holds that", () => {
  expect(standing({ rate: 60, n: 400, interval: ends(55, 65), clustered: ends(52, 68) }, 50)).toBe("above");
  expect(standing({ rate: 60, n: 400, interval: ends(55, 65), clustered: ends(48, 72) }, 50)).toBe("within");
  expect(standing({ rate: 40, n: 400, interval: ends(35, 45), clustered: null }, 50)).toBe("below");
  expect(standing({ rate: 60, n: 400, interval: ends(55, 65) }, null)).toBe("within");
});

it("of a few says nothing, however good they were", () => {
  expect(standing({ rate: 100, n: 29, interval: ends(88, 100) }, 50)).toBe("few");
  expect(standing({ rate: null, n: 0, interval: null }, 50)).toBe("none");
});
