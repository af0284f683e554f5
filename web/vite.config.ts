import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const SERVICE = process.env.TAPEHAWK_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  build: {
    outDir: "../src/tapehawk/web_app",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the page's policy loads files of its own origin only
    modulePreload: { polyfill: false },
    reportCompressedSize: false, // scripts/size.mjs tells what counts
    manifest: "manifest.json",
    chunkSizeWarningLimit: 1000,
  },
  server: {
    proxy: {
      "/api": SERVICE,
      "/ws": { target: SERVICE.replace("http", "ws"), ws: true },
    },
  },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});
