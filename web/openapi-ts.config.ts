import { defineConfig } from "@hey-api/openapi-ts";

/** The client is made of the service's own document (`scripts/generate_openapi.py` writes it) and is never edited. */
export default defineConfig({
  input: "./openapi.json",
  output: { path: "src/client" },
  logs: { level: "silent", file: false },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
});
